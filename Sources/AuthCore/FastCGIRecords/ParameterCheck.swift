/// Follows the name-value lengths of a parameter stream across its records (FastCGI 1.0,
/// section 3.4) without keeping a byte of it.
///
/// It promises `CompleteRequest` that every pair ends inside the stream, and everybody that no value
/// holds a NUL, where a C string would end: a value can't be one thing to nginx and another to us.
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
                guard !Self.holdsZero(content, from: index, count: count) else { return false }
                remaining -= count
                index += count
            } else {
                guard takeLengthByte(content[index]) else { return false }
                index += 1
            }
        }
        return true
    }

    /// Eight bytes at a time: this is asked of every byte nginx sends.
    private static func holdsZero(_ content: UnsafeRawBufferPointer, from start: Int, count: Int) -> Bool {
        var index = start
        let end = start + count
        while index + 8 <= end {
            let word = content.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // Not zero exactly if one of the eight bytes is.
            if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
            index += 8
        }
        while index < end {
            if content[index] == 0 { return true }
            index += 1
        }
        return false
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
