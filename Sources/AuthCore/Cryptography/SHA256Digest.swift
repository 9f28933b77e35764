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
