import CCrypto

/// A public key of ECDSA on P-256 with SHA-256, as ES256 uses it (RFC 7518 section 3.4). It can verify;
/// there is nothing in it to sign with.
public struct P256PublicKey: Sendable {
    /// In bytes, of each coordinate and of each half of a signature.
    public static let coordinateByteCount = 32

    private let backing: PublicKeyBacking

    /// From two coordinates of exactly 32 bytes, big-endian; refuses a point that is not on the curve.
    public init(x: [UInt8], y: [UInt8]) throws(CryptographyError) {
        guard x.count == Self.coordinateByteCount, y.count == Self.coordinateByteCount else { throw .invalidKey }
        backing = try PublicKeyBacking(takingOwnership: Self.makeKey(uncompressedPoint: [0x04] + x + y))
        guard backing.isOnCurve else { throw .invalidKey }
    }

    /// False for a signature of any length but 64 bytes (`r` and `s`, 32 bytes each, big-endian), and
    /// for either of them zero (CVE-2022-21449) or not below the group's order.
    public func isValidSignature(_ signature: [UInt8], for message: RawSpan) -> Bool {
        guard let encoded = Self.derEncoded(signature) else { return false }
        return backing.isValidSignature(encoded, for: message, digest: EVP_sha256())
    }

    public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        isValidSignature(signature, for: message.span.bytes)
    }

    /// The point as libcrypto's key, or nil.
    private static func makeKey(uncompressedPoint point: [UInt8]) -> OpaquePointer? {
        guard let builder = OSSL_PARAM_BLD_new() else { return nil }
        defer { OSSL_PARAM_BLD_free(builder) }
        let parameters = point.withUnsafeBytes { point in
            ccrypto_push_p256_point(builder, point.baseAddress, point.count) == 1
                ? OSSL_PARAM_BLD_to_param(builder) : nil
        }
        guard let parameters else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, CCRYPTO_PUBLIC_KEY, parameters) == 1
        else { return nil }
        return key
    }
}

extension P256PublicKey {
    /// SEQUENCE { INTEGER r, INTEGER s }, as libcrypto takes a signature, of exactly 64 bytes; at most
    /// 72 bytes, so no length needs more than one byte. Nil for another length, or for zero.
    static func derEncoded(_ signature: [UInt8]) -> [UInt8]? {
        guard signature.count == 2 * coordinateByteCount,
            let r = derInteger(signature[..<coordinateByteCount]), let s = derInteger(signature[coordinateByteCount...])
        else { return nil }
        return [0x30, UInt8(r.count + s.count)] + r + s
    }

    /// The shortest form: no leading zero bytes but the one that keeps the number positive.
    private static func derInteger(_ bigEndian: ArraySlice<UInt8>) -> [UInt8]? {
        let digits = bigEndian.drop { $0 == 0 }
        guard let first = digits.first else { return nil }
        let sign: [UInt8] = first >= 0x80 ? [0] : []
        return [0x02, UInt8(sign.count + digits.count)] + sign + digits
    }
}
