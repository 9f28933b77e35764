import CCrypto

/// SHA-256 (FIPS 180-4).
public enum SHA256Digest {
    public static let byteCount = 32

    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, initialized in
            precondition(SHA256(bytes, bytes.count, digest.baseAddress) != nil, "libcrypto computes no SHA-256")
            initialized = byteCount
        }
    }
}

/// SHA-256 of one message after the other, without an allocation for each. For one thread.
public final class SHA256Hasher {
    /// The 32 bytes of a digest, as a plain value.
    public typealias Digest = (UInt64, UInt64, UInt64, UInt64)

    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto computes no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public func digest(_ bytes: UnsafeRawBufferPointer) -> Digest {
        var digest: Digest = (0, 0, 0, 0)
        let isComputed = withUnsafeMutableBytes(of: &digest) { digest in
            EVP_DigestInit_ex(context, nil, nil) == 1
                && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
                && EVP_DigestFinal_ex(context, digest.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) == 1
        }
        precondition(isComputed, "libcrypto computes no SHA-256")
        return digest
    }
}
