/// Strings and numbers, which are checked here and decoded later.
extension JSONParser {
    mutating func parseString() throws(JSONError) -> JSONString {
        guard current == UInt8(ascii: "\"") else { throw .malformed }
        position += 1
        let start = position
        var hasEscapes = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return JSONString(document: document, range: start..<(position - 1), hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += try escapeLength()
            case 0x00..<0x20:
                throw .malformed
            case 0x20..<0x80:
                position += 1
            default:
                guard let length = UTF8Sequence.length(bytes, at: position) else { throw .malformed }
                position += length
            }
        }
        throw .malformed
    }

    private func escapeLength() throws(JSONError) -> Int {
        guard position + 1 < bytes.count else { throw .malformed }
        if JSONEscapes.singleCharacter(bytes[position + 1]) != nil { return 2 }
        guard let (_, length) = JSONEscapes.unicodeEscape(bytes, at: position) else { throw .malformed }
        return length
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?` (RFC 8259 section 6).
    mutating func parseNumber() throws(JSONError) -> JSONNumber {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        if current == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(current) { position += 1 }
            try skipDigits()
        }
        return JSONNumber(lexeme: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= current { position += 1 }
        guard position > start else { throw .malformed }
    }
}

/// Well-formed UTF-8 (RFC 3629 section 4): no overlong form, no surrogate, nothing above U+10FFFF.
enum UTF8Sequence {
    /// The length of the multi-byte sequence that begins here, nil if it is not one.
    static func length(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Int? {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch bytes[position] {
        case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
        case 0xe0: (length, second) = (3, 0xa0...0xbf)
        case 0xe1...0xec, 0xee...0xef: (length, second) = (3, 0x80...0xbf)
        case 0xed: (length, second) = (3, 0x80...0x9f)
        case 0xf0: (length, second) = (4, 0x90...0xbf)
        case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
        case 0xf4: (length, second) = (4, 0x80...0x8f)
        default: return nil
        }
        guard position + length <= bytes.count, second ~= bytes[position + 1],
            bytes[(position + 2)..<(position + length)].allSatisfy({ 0x80...0xbf ~= $0 })
        else { return nil }
        return length
    }
}
