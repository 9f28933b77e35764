/// The 64 characters of one RFC 4648 alphabet, and encoding and decoding with them, unpadded.
struct Base64Alphabet: Sendable {
    private let characters: [UInt8]
    /// The value of each byte, or `invalid`.
    private let values: [UInt8]
    private static let invalid: UInt8 = 0xff

    init(_ alphabet: StaticString) {
        let characters = alphabet.withUTF8Buffer { Array($0) }
        precondition(characters.count == 64)
        var values = [UInt8](repeating: Self.invalid, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
        self.characters = characters
        self.values = values
    }

    func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let (triples, rest) = bytes.count.quotientAndRemainder(dividingBy: 3)
        return String(unsafeUninitializedCapacity: triples * 4 + (rest == 0 ? 0 : rest + 1)) { text in
            var written = 0
            var pending: UInt32 = 0
            var bits: UInt32 = 0
            for byte in bytes {
                pending = pending << 8 | UInt32(byte)
                bits += 8
                while bits >= 6 {
                    bits -= 6
                    text[written] = characters[Int(pending >> bits & 0x3f)]
                    written += 1
                }
            }
            if bits > 0 {
                text[written] = characters[Int(pending << (6 - bits) & 0x3f)]
                written += 1
            }
            return written
        }
    }

    /// Nil for a byte outside the alphabet, a length no encoder makes, or unused bits that are not
    /// zero (RFC 4648 section 3.5): every byte string has exactly one text.
    func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var canonical = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { bytes, written in
            var pending: UInt32 = 0
            var bits: UInt32 = 0
            for character in text {
                let value = values[Int(character)]
                guard value != Self.invalid else {
                    canonical = false
                    return
                }
                pending = pending << 6 | UInt32(value)
                bits += 6
                if bits >= 8 {
                    bits -= 8
                    bytes[written] = UInt8(truncatingIfNeeded: pending >> bits)
                    written += 1
                }
            }
            canonical = pending & (1 << bits - 1) == 0
        }
        return canonical ? bytes : nil
    }
}

/// Runs `body` over the bytes where they lie, or over a copy when they lie scattered.
func withContiguousBytes<Result>(
    _ bytes: some Sequence<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    if let result = bytes.withContiguousStorageIfAvailable(body) { return result }
    return Array(bytes).withUnsafeBufferPointer(body)
}
