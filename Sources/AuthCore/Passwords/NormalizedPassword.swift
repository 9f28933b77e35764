internal import CUTF8Proc
import Glibc
import Secrets

/// A password in NFC, so that the keyboards of two systems spell it with the same bytes. The
/// lengths are given, never taken from a NUL, so what follows a NUL byte counts. Every buffer it
/// passes through is zeroed.
struct NormalizedPassword {
    let bytes: SecretBytes
    let codePoints: Int

    /// Nil when the bytes are not UTF-8.
    init?(_ raw: SecretBytes, caseFolded: Bool = false) {
        let form = caseFolded ? Self.foldedForm : Self.form
        let normalized = raw.withUnsafeBytes { raw in
            Self.withDecomposition(of: raw.assumingMemoryBound(to: UInt8.self), form) { decomposed in
                Self.compose(decomposed)
            }
        }
        guard let normalized else { return nil }
        self = normalized
    }

    private init(bytes: SecretBytes, codePoints: Int) {
        self.bytes = bytes
        self.codePoints = codePoints
    }

    private static let form = utf8proc_option_t(UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)

    private static let foldedForm = utf8proc_option_t(form.rawValue | UTF8PROC_CASEFOLD.rawValue)

    /// Longest encoding of a code point in UTF-8, in bytes.
    private static let maximumEncodedBytes = 4

    private static func withDecomposition(
        of text: UnsafeBufferPointer<UInt8>, _ form: utf8proc_option_t,
        _ body: (UnsafeMutableBufferPointer<Int32>) -> NormalizedPassword?
    ) -> NormalizedPassword? {
        let needed = utf8proc_decompose(text.baseAddress, text.count, nil, 0, form)
        guard needed >= 0 else { return nil }
        let buffer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: needed)
        defer {
            if let start = buffer.baseAddress { explicit_bzero(start, needed * MemoryLayout<Int32>.stride) }
            buffer.deallocate()
        }
        buffer.initialize(repeating: 0)
        guard utf8proc_decompose(text.baseAddress, text.count, buffer.baseAddress, needed, form) == needed else {
            return nil
        }
        return body(buffer)
    }

    private static func compose(_ decomposed: UnsafeMutableBufferPointer<Int32>) -> NormalizedPassword? {
        let codePoints = utf8proc_normalize_utf32(decomposed.baseAddress, decomposed.count, form)
        guard codePoints >= 0 else { return nil }
        let bytes = SecretBytes(unsafeUninitializedCapacity: codePoints * maximumEncodedBytes) { output in
            let output = output.assumingMemoryBound(to: UInt8.self)
            return decomposed.prefix(codePoints).reduce(0) { written, codePoint in
                written + utf8proc_encode_char(codePoint, output.baseAddress?.advanced(by: written))
            }
        }
        return NormalizedPassword(bytes: bytes, codePoints: codePoints)
    }
}
