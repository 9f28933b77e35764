/// How much of one request has arrived on a connection.
public enum Arrival: Equatable, Sendable {
    /// More bytes must come before anything can be said.
    case incomplete
    /// The whole request is here: its first `length` bytes.
    case complete(Framing)
    /// The parameters are here and the body is already larger than the limit: it can be answered
    /// now, and the connection must be closed afterwards.
    case oversized(Framing)
    /// These bytes are no request of the kind that we serve. The connection must be closed.
    case refused(Refusal)
}

/// The shape of a request whose parameters have all arrived.
public struct Framing: Equatable, Sendable {
    /// Bytes, headers and padding included.
    public let length: Int
    /// Bytes of FCGI_STDIN content.
    public let bodyLength: Int
    /// FCGI_KEEP_CONN: the web server wants to use the connection again.
    public let keepsConnection: Bool
    /// What the records of the answer must name.
    public let requestID: UInt16
}

/// Why a connection is closed without an answer.
public enum Refusal: String, Equatable, Sendable {
    /// A version, type or order of records that no responder request has.
    case unexpectedRecord = "unexpected_record"
    /// A role other than FCGI_RESPONDER, or a begin record of another size.
    case unsupportedRole = "unsupported_role"
    /// Request id 0, or records of more than one request.
    case multiplexed
    /// Name and value lengths that do not fill the parameter stream exactly, or a NUL in them.
    case malformedParameters = "malformed_parameters"
    /// More parameter bytes than `maximumParameterBytes`.
    case parametersTooLong = "parameters_too_long"
}

/// Bytes of one request's parameter stream. nginx's default buffers take 32 KiB of header fields.
public let maximumParameterBytes = 96 * 1024
