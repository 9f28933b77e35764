import Encoding

/// Where to send a visitor after login: a path of this site (`rd`), never another site.
///
/// Only a path that begins with exactly one `/` is taken. The path is looked at percent-decoded as
/// well, once: an application behind nginx that decodes and redirects must not be handed `//evil`
/// or a tab. What is refused becomes the caller's own default; nothing is repaired.
public struct ReturnTarget: Equatable, Sendable {
    /// Longer targets are not worth keeping, in bytes.
    public static let maximumBytes = 2048

    /// The target with every byte outside visible ASCII percent-encoded, fit for Location.
    public let location: HeaderValue

    public init?(_ rd: String) {
        guard rd.utf8.count <= Self.maximumBytes, rd.utf8.first == UInt8(ascii: "/"),
            rd.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let path = rd.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard Self.isPlain(Array(path)), let decoded = PercentEncoding.decode(path, plusIsSpace: false),
            Self.isPlain(decoded)
        else { return nil }
        location = Self.encode(rd)
    }

    /// No control byte, no backslash (browsers read it as `/`), and no segment a browser or a server
    /// would take out: empty, `.`, `..`, or blanks alone.
    private static func isPlain(_ path: [UInt8]) -> Bool {
        guard path.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { return false }
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        return segments.enumerated().allSatisfy { position, segment in
            if segment.isEmpty { return position == segments.count - 1 }
            return segment.contains { $0 != UInt8(ascii: " ") }
                && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
        }
    }

    /// `%` stays: it is either an escape already or literal, and browsers send both back unchanged.
    private static func encode(_ rd: String) -> HeaderValue {
        var bytes: [UInt8] = []
        for byte in rd.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "`"),
                UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                bytes.appendPercentEncoded(byte)
            case 0x21...0x7E: bytes.append(byte)
            default: bytes.appendPercentEncoded(byte)
            }
        }
        return HeaderValue(known: String(decoding: bytes, as: UTF8.self))
    }
}
