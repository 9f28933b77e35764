public import JSON

/// What is wrong with one field of a 422.
public struct FieldError: Equatable, Sendable {
    public let field: String
    public let code: String
    public let detail: String

    /// `detail` is a sentence written in the source: it must never hold what was sent.
    public init(field: String, code: String, detail: String) {
        self.field = field
        self.code = code
        self.detail = detail
    }
}

extension FieldError {
    /// A member of `errors`.
    public var json: JSONOutput { ["field": .string(field), "code": .string(code), "detail": .string(detail)] }
}

/// A refusal as RFC 9457 has it: `application/problem+json`.
///
/// Holds a code of the closed list and sentences of our own; never anything that came with the
/// request but its id.
public struct Problem: Error, Equatable, Sendable {
    public let code: ProblemCode
    public var detail: String
    public var errors: [FieldError]
    /// Seconds until it is worth trying again.
    public var retryAfter: Int?
    /// The methods a 405 names.
    public var allowed: [Method]
    /// A token was sent and judged: the challenge of a 401 says so (RFC 6750 §3.1).
    public var tokenWasJudged = false

    public init(
        _ code: ProblemCode, detail: String? = nil, errors: [FieldError] = [], retryAfter: Int? = nil,
        allowed: [Method] = []
    ) {
        self.code = code
        self.detail = detail ?? code.detail
        self.errors = errors
        self.retryAfter = retryAfter
        self.allowed = allowed
    }

    /// The refusal of a method; `allowed` becomes the Allow header.
    public static func methodNotAllowed(_ allowed: [Method]) -> Problem {
        Problem(.methodNotAllowed, allowed: allowed)
    }

    /// Seconds a 503 asks for when nothing more exact is known.
    static let defaultRetryAfter = 5

    /// Seconds the client is asked to wait; nil where waiting is of no use.
    public var waitingTime: Int? {
        (retryAfter ?? (code.status == 503 ? Self.defaultRetryAfter : nil)).map { max($0, 1) }
    }

    /// The answer. A 401 carries the challenge RFC 9110 §15.5.2 demands.
    public func response(requestID: String? = nil) -> Response {
        var response = Response(
            status: code.status, contentType: HeaderValue(fixed: "application/problem+json"),
            body: document(requestID: requestID).serialized())
        response.forbidStoring()
        if code.status == 401 {
            response.set(.wwwAuthenticate, fixed: tokenWasJudged ? "Bearer error=\"invalid_token\"" : "Bearer")
        }
        if let seconds = waitingTime { response.set(.retryAfter, HeaderValue(seconds)) }
        if code == .methodNotAllowed {
            let methods = allowed.map(\.rawValue).joined(separator: ", ")
            if let methods = try? HeaderValue(methods) { response.set(.allow, methods) }
        }
        return response
    }

    private func document(requestID: String?) -> JSONOutput {
        var members: [(String, JSONOutput)] = [
            ("type", .string("urn:fcgi-auth:problem:\(code.rawValue)")),
            ("title", .string(code.title)),
            ("status", .integer(Int64(code.status))),
            ("code", .string(code.rawValue)),
            ("detail", .string(detail)),
        ]
        if !errors.isEmpty {
            members.append(
                (
                    "errors",
                    .array(errors.map(\.json))
                ))
        }
        if let requestID { members.append(("request_id", .string(requestID))) }
        return .object(members)
    }
}

extension BodyRefusal {
    public var problem: Problem {
        switch self {
        case .malformed: Problem(.malformedBody)
        case .tooLarge: Problem(.bodyTooLarge)
        case .unsupportedMediaType: Problem(.unsupportedMediaType)
        }
    }
}
