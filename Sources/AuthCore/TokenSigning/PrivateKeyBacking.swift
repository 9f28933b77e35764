import CCrypto
import Tokens

/// The one owner of a private `EVP_PKEY`, which libcrypto zeroes when it frees it.
///
/// `@unchecked Sendable`: the key is complete before `init` and is not changed afterwards; libcrypto
/// counts references atomically and locks what it caches inside.
final class PrivateKeyBacking: @unchecked Sendable {
    let pointer: OpaquePointer

    init(takingOwnership key: OpaquePointer?) throws(KeySetError) {
        guard let key else {
            ERR_clear_error()
            throw .invalidKey
        }
        pointer = key
    }

    deinit { EVP_PKEY_free(pointer) }

    /// The scheme's own encoding, at most `capacity` bytes; `digest` is nil for schemes that hash by
    /// themselves.
    func signature(
        for message: RawSpan, digest: OpaquePointer?, capacity: Int
    ) throws(TokenSigningError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw .signingFailed }
        defer { EVP_MD_CTX_free(context) }
        var count = capacity
        let signature = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            let signed = message.withUnsafeBytes { message in
                EVP_DigestSignInit(context, nil, digest, nil, pointer) == 1
                    && EVP_DigestSign(
                        context, buffer.baseAddress, &count,
                        message.assumingMemoryBound(to: UInt8.self).baseAddress, message.count) == 1
            }
            initialized = signed ? count : 0
        }
        guard !signature.isEmpty else {
            ERR_clear_error()
            throw .signingFailed
        }
        return signature
    }
}
