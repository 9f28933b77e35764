/// Follows the name-value lengths of a parameter stream across its records (FastCGI 1.0,
/// section 3.4) without keeping a byte of it.
///
/// It promises libfcgi that every pair ends inside the stream and that no C string in it is cut
/// short by a NUL, so that a value can't be one thing to nginx and another to us.
struct ParameterCheck {
    /// Bytes seen.
    private(set) var length = 0

    /// Bytes of name and value still to come.
    private var remaining = 0
    /// Lengths read for the pair: 0, 1 (the name's) or back to 0.
    private var lengthsRead = 0
    /// A length of four bytes, as far as it was read.
    private var wide = 0
    private var wideBytesMissing = 0

    /// True where a pair may begin or the stream may end.
    var isComplete: Bool { remaining == 0 && lengthsRead == 0 && wideBytesMissing == 0 }

    /// False as soon as the stream can't be well-formed.
    mutating func take(_ content: UnsafeRawBufferPointer) -> Bool {
        length += content.count
        var index = 0
        while index < content.count {
            if remaining > 0 {
                let count = min(remaining, content.count - index)
                guard !content[index..<index + count].contains(0) else { return false }
                remaining -= count
                index += count
            } else {
                guard takeLengthByte(content[index]) else { return false }
                index += 1
            }
        }
        return true
    }

    private mutating func takeLengthByte(_ byte: UInt8) -> Bool {
        if wideBytesMissing > 0 {
            wide = wide << 8 | Int(byte)
            wideBytesMissing -= 1
            return wideBytesMissing > 0 || takeLength(wide)
        }
        if byte & 0x80 != 0 {
            wide = Int(byte & 0x7f)
            wideBytesMissing = 3
            return true
        }
        return takeLength(Int(byte))
    }

    private var nameLength = 0

    private mutating func takeLength(_ value: Int) -> Bool {
        guard value <= maximumParameterBytes else { return false }
        if lengthsRead == 0 {
            nameLength = value
            lengthsRead = 1
        } else {
            remaining = nameLength + value
            lengthsRead = 0
        }
        return true
    }
}
