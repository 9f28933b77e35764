public import Secrets

/// Why a form can't be read. Says nothing of its text.
public enum FormError: Error, Equatable, Sendable {
    /// A broken percent-encoding, or text that is not UTF-8.
    case malformed
    /// One name twice: two readers could see two values.
    case duplicateName
    case tooManyFields
}

/// An `application/x-www-form-urlencoded` text (WHATWG URL §5.1), read strictly.
///
/// Values stay in memory that is zeroed: a password becomes a `String` only if it is asked for
/// with `string`.
public struct FormBody: Sendable {
    /// More fields than any page of ours has.
    public static let maximumFields = 64

    private let fields: [(name: String, value: SecretBytes)]

    public init(parsing document: SecretBytes) throws(FormError) {
        fields = try document.withUnsafeBytes { (bytes) throws(FormError) -> [(name: String, value: SecretBytes)] in
            var fields: [(name: String, value: SecretBytes)] = []
            for piece in bytes.split(separator: UInt8(ascii: "&")) {
                let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
                let name = try Self.decode(piece[..<equals]).string
                let value = try Self.decode(piece[equals...].dropFirst())
                guard fields.count < Self.maximumFields else { throw .tooManyFields }
                guard !fields.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { throw .duplicateName }
                fields.append((name, value))
            }
            return fields
        }
    }

    public func secret(_ name: String) -> SecretBytes? {
        fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    public func string(_ name: String) -> String? { secret(name)?.string }

    /// Undoes `+` and `%XX` straight into memory that is zeroed; what comes out must be UTF-8.
    private static func decode(_ text: Slice<UnsafeRawBufferPointer>) throws(FormError) -> SecretBytes {
        let decoded = try SecretBytes(unsafeUninitializedCapacity: text.count) { (buffer) throws(FormError) -> Int in
            var written = 0
            var bytes = text.makeIterator()
            while let byte = bytes.next() {
                switch byte {
                case UInt8(ascii: "%"):
                    guard let high = bytes.next().flatMap(hexadecimalDigit),
                        let low = bytes.next().flatMap(hexadecimalDigit)
                    else { throw .malformed }
                    buffer[written] = high << 4 | low
                case UInt8(ascii: "+"): buffer[written] = UInt8(ascii: " ")
                default: buffer[written] = byte
                }
                written += 1
            }
            return written
        }
        guard decoded.isUTF8 else { throw .malformed }
        return decoded
    }
}

extension SecretBytes {
    /// Checked without making a `String` of it.
    var isUTF8: Bool {
        withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { bytes in
                do {
                    _ = try UTF8Span(validating: bytes.span)
                    return true
                } catch {
                    return false
                }
            }
        }
    }

    var string: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
}
