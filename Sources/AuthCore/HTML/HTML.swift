/// A piece of a page, escaped by construction: markup is written in the source, and every value that
/// is interpolated is text and can be nothing else.
///
///     let item: HTML = "<li title=\"\(agent)\">\(name)</li>"
///
/// It is made of literals only: no `String` becomes markup, for there is no way in. A value can't end the
/// text or the quoted attribute it stands in, and can't begin a command of nginx's SSI, since
/// each of those begins with `<`.
public struct HTML: ExpressibleByStringInterpolation, Sendable {
    /// In UTF-8, as it is sent.
    public private(set) var bytes: [UInt8]

    public init(stringLiteral literal: StaticString) {
        bytes = Array(literal.utf8)
    }

    public init(stringInterpolation: StringInterpolation) {
        bytes = stringInterpolation.bytes
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var bytes: [UInt8] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            bytes.append(contentsOf: literal.utf8)
        }

        /// Text, escaped. Attributes stand in quotes: right behind an `=` of the source the program stops.
        public mutating func appendInterpolation(_ text: String) {
            // An equals sign of a value is escaped, so this one is a literal's.
            precondition(bytes.last != UInt8(ascii: "="), "an attribute without quotes")
            for byte in text.utf8 { bytes.appendEscaped(byte) }
        }

        public mutating func appendInterpolation(_ number: Int) {
            appendInterpolation(String(number))
        }

        public mutating func appendInterpolation(_ html: HTML) {
            bytes.append(contentsOf: html.bytes)
        }

        /// Pieces one after another.
        public mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { bytes.append(contentsOf: piece.bytes) }
        }

        /// A piece that may be left out.
        public mutating func appendInterpolation(_ html: HTML?) {
            if let html { appendInterpolation(html) }
        }
    }
}

extension StaticString {
    fileprivate var utf8: UnsafeBufferPointer<UInt8> {
        // A literal of one character may be kept as that character and not as a pointer.
        precondition(hasPointerRepresentation)
        return UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}

extension [UInt8] {
    /// What ends text, a quoted attribute or a tag, in any quotes; and `=`, as `appendInterpolation` needs it.
    /// Controls that no page may hold become the replacement character.
    fileprivate mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "&"): append(contentsOf: "&amp;".utf8)
        case UInt8(ascii: "<"): append(contentsOf: "&lt;".utf8)
        case UInt8(ascii: ">"): append(contentsOf: "&gt;".utf8)
        case UInt8(ascii: "\""): append(contentsOf: "&quot;".utf8)
        case UInt8(ascii: "'"): append(contentsOf: "&#39;".utf8)
        case UInt8(ascii: "`"): append(contentsOf: "&#96;".utf8)
        case UInt8(ascii: "="): append(contentsOf: "&#61;".utf8)
        case 0x09, 0x0A: append(byte)
        case ..<0x20, 0x7F: append(contentsOf: "\u{FFFD}".utf8)
        default: append(byte)
        }
    }
}
