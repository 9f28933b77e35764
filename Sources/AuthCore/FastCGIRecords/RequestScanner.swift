/// Reads the record headers of what has arrived, before anything else is read of it.
///
/// A request begins only once it is complete and well-formed: whoever reads it then can neither wait
/// for a peer that has stalled nor be led past the end by a length. (libfcgi, which parses as it reads,
/// does both: it blocks on half a record, and ends the process where the sum of two lengths overflows.)
public struct RequestScanner {
    /// Bytes of body past which a request is answered without being read to its end.
    private let bodyLimit: Int

    public init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    /// What the first bytes of a connection amount to. Pure: looks at `bytes`, keeps nothing.
    public func examine(_ bytes: UnsafeRawBufferPointer) -> Arrival {
        var scan = Scan(bytes: bytes, bodyLimit: bodyLimit)
        return scan.run()
    }
}

/// One pass over the bytes.
private struct Scan {
    /// What the next record must be (FastCGI 1.0, section 6.2, the responder's order).
    private enum Stage {
        case begin, parameters, body
    }

    private let bytes: UnsafeRawBufferPointer
    private let bodyLimit: Int
    private var stage = Stage.begin
    private var offset = 0
    private var requestID: UInt16 = 0
    private var keepsConnection = false
    private var bodyLength = 0
    private var parameters = ParameterCheck()

    init(bytes: UnsafeRawBufferPointer, bodyLimit: Int) {
        self.bytes = bytes
        self.bodyLimit = bodyLimit
    }

    private var framing: Framing {
        Framing(length: offset, bodyLength: bodyLength, keepsConnection: keepsConnection, requestID: requestID)
    }

    mutating func run() -> Arrival {
        while bytes.count - offset >= RecordHeader.size {
            guard let header = RecordHeader(bytes, at: offset) else { return .refused(.unexpectedRecord) }
            guard bytes.count - offset >= header.length else {
                return partial(header)
            }
            let start = offset + RecordHeader.size
            let content = UnsafeRawBufferPointer(rebasing: bytes[start..<start + header.contentLength])
            offset += header.length
            if let arrival = take(header, content) { return arrival }
        }
        return .incomplete
    }

    /// A record whose end has not arrived: decided early only where waiting would be wrong.
    private func partial(_ header: RecordHeader) -> Arrival {
        if stage == .begin, header.kind != .beginRequest { return .refused(.unexpectedRecord) }
        if stage != .begin, header.requestID != requestID { return .refused(.multiplexed) }
        if stage == .parameters, parameters.length + header.contentLength > maximumParameterBytes {
            return .refused(.parametersTooLong)
        }
        if stage == .body, header.kind == .standardInput, bodyLength + header.contentLength > bodyLimit {
            return .oversized(framing)
        }
        return .incomplete
    }

    private mutating func take(_ header: RecordHeader, _ content: UnsafeRawBufferPointer) -> Arrival? {
        switch (stage, header.kind) {
        case (.begin, .beginRequest): return begin(header, content)
        case (_, .beginRequest): return .refused(.multiplexed)
        case _ where header.requestID != requestID: return .refused(.multiplexed)
        case (.parameters, .parameters): return parameter(header, content)
        case (.body, .standardInput): return body(content)
        default: return .refused(.unexpectedRecord)
        }
    }

    /// FCGI_BeginRequestBody: role (2 bytes), flags (1), reserved (5).
    private mutating func begin(_ header: RecordHeader, _ content: UnsafeRawBufferPointer) -> Arrival? {
        guard content.count == 8, content[0] == 0, content[1] == 1 else { return .refused(.unsupportedRole) }
        guard header.requestID != 0 else { return .refused(.multiplexed) }
        requestID = header.requestID
        keepsConnection = content[2] & 1 != 0
        stage = .parameters
        return nil
    }

    private mutating func parameter(_ header: RecordHeader, _ content: UnsafeRawBufferPointer) -> Arrival? {
        guard !content.isEmpty else {
            stage = .body
            return parameters.isComplete ? nil : .refused(.malformedParameters)
        }
        guard parameters.length + content.count <= maximumParameterBytes else { return .refused(.parametersTooLong) }
        return parameters.take(content) ? nil : .refused(.malformedParameters)
    }

    private mutating func body(_ content: UnsafeRawBufferPointer) -> Arrival? {
        guard !content.isEmpty else { return .complete(framing) }
        bodyLength += content.count
        return bodyLength > bodyLimit ? .oversized(framing) : nil
    }
}
