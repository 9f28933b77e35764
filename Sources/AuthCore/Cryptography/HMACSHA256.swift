import CCrypto
public import Secrets

/// HMAC with SHA-256 (RFC 2104) under one key.
///
/// Holds the key, and never one that can be guessed: a key shorter than the digest, above all the
/// empty one, is refused when this is made, so nothing can be checked against it later.
public struct HMACSHA256: Sendable {
    /// In bytes, of the code and of the shortest key (RFC 7518 section 3.2).
    public static let byteCount = 32

    private let key: SecretBytes

    public init(key: SecretBytes) throws(CryptographyError) {
        guard key.count >= Self.byteCount else { throw .weakKey }
        self.key = key
    }

    /// 32 bytes.
    public func authenticationCode(for message: RawSpan) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { code, initialized in
            let result = key.withUnsafeBytes { key in
                message.withUnsafeBytes { message in
                    HMAC(
                        EVP_sha256(), key.baseAddress, Int32(key.count),
                        message.assumingMemoryBound(to: UInt8.self).baseAddress, message.count, code.baseAddress, nil)
                }
            }
            precondition(result != nil, "libcrypto computes no HMAC")
            initialized = Self.byteCount
        }
    }

    public func authenticationCode(for message: [UInt8]) -> [UInt8] {
        authenticationCode(for: message.span.bytes)
    }

    /// Compares in constant time.
    public func isValid(_ code: [UInt8], for message: RawSpan) -> Bool {
        constantTimeEquals(code, authenticationCode(for: message))
    }

    public func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        isValid(code, for: message.span.bytes)
    }
}
