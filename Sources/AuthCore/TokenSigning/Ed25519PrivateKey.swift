import CCrypto
import Secrets
import Tokens

/// A key that signs with Ed25519 (RFC 8032).
struct Ed25519PrivateKey: Sendable {
    /// In bytes, of either half.
    static let byteCount = 32

    private let backing: PrivateKeyBacking

    /// From the 32 bytes of RFC 8032 section 5.1.5, step 1; any 32 bytes are a key.
    init(seed: SecretBytes) throws(KeySetError) {
        guard seed.count == Self.byteCount else { throw .invalidKey }
        let key = seed.withUnsafeBytes { seed in
            EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519, nil, seed.assumingMemoryBound(to: UInt8.self).baseAddress, seed.count)
        }
        backing = try PrivateKeyBacking(takingOwnership: key)
    }

    func publicKey() throws(KeySetError) -> [UInt8] {
        var count = Self.byteCount
        var bytes = [UInt8](repeating: 0, count: count)
        guard EVP_PKEY_get_raw_public_key(backing.pointer, &bytes, &count) == 1, count == bytes.count else {
            throw .invalidKey
        }
        return bytes
    }

    /// 64 bytes.
    func signature(for message: RawSpan) throws(TokenSigningError) -> [UInt8] {
        try backing.signature(for: message, digest: nil, capacity: 64)
    }
}
