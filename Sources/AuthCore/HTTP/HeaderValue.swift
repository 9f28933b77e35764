/// Why a header can't be sent.
public enum HeaderError: Error, Equatable {
    /// A byte that is not visible ASCII, SP or HTAB.
    case invalidValue
}

/// The value of a response header: visible ASCII, SP and HTAB only.
///
/// CR, LF and NUL can't occur by construction, and neither can obs-text (RFC 9110 §5.5), which
/// receivers read differently.
public struct HeaderValue: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public var description: String { text }

    /// Throws on any other byte; nothing is repaired or dropped.
    public init(_ text: String) throws(HeaderError) {
        guard text.utf8.allSatisfy(isHeaderValueByte) else { throw .invalidValue }
        self.text = text
    }

    /// A value written in the source. Stops the program on a wrong one.
    public init(fixed text: StaticString) {
        let text = String(describing: text)
        precondition(text.utf8.allSatisfy(isHeaderValueByte))
        self.text = text
    }

    /// A value this module put together from checked parts.
    init(known text: String) {
        assert(text.utf8.allSatisfy(isHeaderValueByte))
        self.text = text
    }

    public init(_ number: Int) { text = String(number) }

    /// Text that may hold anything, such as a user name: visible ASCII other than `%` stands for
    /// itself, every other byte of its UTF-8 is percent-encoded. Two texts never look alike.
    public init(percentEncoding text: String) {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else {
                bytes.appendPercentEncoded(byte)
            }
        }
        self.text = String(decoding: bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends `%XX`, upper-case as RFC 3986 §2.1 asks.
    mutating func appendPercentEncoded(_ byte: UInt8) {
        let digits: StaticString = "0123456789ABCDEF"
        append(UInt8(ascii: "%"))
        append(digits.utf8Start[Int(byte >> 4)])
        append(digits.utf8Start[Int(byte & 15)])
    }
}

private func isHeaderValueByte(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) || byte == 0x09
}
