/// What a request says its body is: the types this suite reads, and nothing else.
enum MediaType: Equatable {
    case json
    case form
    /// Not said at all.
    case absent
    case unsupported

    /// Reads `type/subtype; parameter=value…` (RFC 9110 §8.3). A charset other than UTF-8 makes
    /// any type unsupported; other parameters are ignored.
    init(_ contentType: ParameterValue) {
        guard case .value(let text) = contentType else {
            self = contentType == .absent ? .absent : .unsupported
            return
        }
        let parts = text.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { Self.lowercased($0) }
        guard parts.dropFirst().allSatisfy(Self.isAcceptable) else {
            self = .unsupported
            return
        }
        switch parts[0] {
        case "application/json": self = .json
        case "application/x-www-form-urlencoded": self = .form
        // nginx passes CONTENT_TYPE empty when the client sent none.
        case "" where parts.count == 1: self = .absent
        default: self = .unsupported
        }
    }

    private static func isAcceptable(parameter: String) -> Bool {
        !parameter.hasPrefix("charset") || ["charset=utf-8", "charset=\"utf-8\""].contains(parameter)
    }

    /// Lower case and without SP and HTAB at the ends, byte by byte.
    private static func lowercased(_ bytes: Substring.UTF8View) -> String {
        let kept = bytes.drop { $0 == 0x20 || $0 == 0x09 }.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
        return String(decoding: kept.map(asciiLowercased), as: UTF8.self)
    }
}
