import CCrypto

/// The one owner of a public `EVP_PKEY`.
///
/// `@unchecked Sendable`: the key is complete before `init` and is not changed afterwards; libcrypto
/// counts references atomically and locks what it caches inside.
final class PublicKeyBacking: @unchecked Sendable {
    private let key: OpaquePointer

    init(takingOwnership key: OpaquePointer?) throws(CryptographyError) {
        guard let key else {
            ERR_clear_error()
            throw .invalidKey
        }
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    /// Whether the point is one the curve allows: on it, in its group, not the neutral element.
    var isOnCurve: Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { return false }
        defer {
            EVP_PKEY_CTX_free(context)
            ERR_clear_error()
        }
        return EVP_PKEY_public_check(context) == 1
    }

    /// `digest` is nil for schemes that hash by themselves.
    func isValidSignature(_ signature: [UInt8], for message: RawSpan, digest: OpaquePointer?) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1 else { return false }
        return message.withUnsafeBytes { message in
            let bytes = message.assumingMemoryBound(to: UInt8.self)
            return EVP_DigestVerify(context, signature, signature.count, bytes.baseAddress, bytes.count) == 1
        }
    }
}
