/// The escapes of a JSON string (RFC 8259 section 7).
enum JSONEscapes {
    /// Writes the UTF-8 of `raw`, a string the parser has found well formed, and returns its length,
    /// which is never greater than that of `raw`.
    static func decode(_ raw: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var written = 0
        var position = 0
        while position < raw.count {
            if raw[position] != UInt8(ascii: "\\") {
                output[written] = raw[position]
                written += 1
                position += 1
            } else if let byte = singleCharacter(raw[position + 1]) {
                output[written] = byte
                written += 1
                position += 2
            } else if let (scalar, length) = unicodeEscape(raw, at: position) {
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    output[written] = byte
                    written += 1
                }
                position += length
            }
        }
        return written
    }

    /// What `\` followed by this letter means.
    static func singleCharacter(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The scalar of `\uXXXX`, or of a pair of them that are surrogates, and the length of the escape;
    /// nil if it is not one or half a pair.
    static func unicodeEscape(
        _ bytes: UnsafeRawBufferPointer, at position: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        guard let first = codeUnit(bytes, at: position) else { return nil }
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard 0xd800...0xdbff ~= first, let second = codeUnit(bytes, at: position + 6), 0xdc00...0xdfff ~= second,
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00))
        else { return nil }
        return (scalar, 12)
    }

    private static func codeUnit(_ bytes: UnsafeRawBufferPointer, at position: Int) -> UInt16? {
        guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for digit in bytes[(position + 2)..<(position + 6)] {
            guard let value = hexadecimal(digit) else { return nil }
            unit = unit << 4 | value
        }
        return unit
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt16? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(digit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
