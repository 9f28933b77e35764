import CCrypto
import Secrets
import Tokens

/// A key that signs with ECDSA on P-256 and SHA-256, as ES256 wants it (RFC 7518 section 3.4).
struct P256PrivateKey: Sendable {
    /// In bytes, of the private number, each coordinate, and each half of a signature.
    static let byteCount = 32

    private let backing: PrivateKeyBacking

    init(takingOwnership key: OpaquePointer?) throws(KeySetError) {
        backing = try PrivateKeyBacking(takingOwnership: key)
    }

    static func generate() throws(KeySetError) -> P256PrivateKey {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { throw .invalidKey }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "prime256v1") == 1,
            EVP_PKEY_generate(context, &key) == 1
        else { throw .invalidKey }
        return try P256PrivateKey(takingOwnership: key)
    }

    /// From big-endian numbers of exactly 32 bytes each. Refuses a private number that is not the
    /// point's own: signing with it would give away neither, but no token would verify.
    init(x: [UInt8], y: [UInt8], secret: SecretBytes) throws(KeySetError) {
        guard [x.count, y.count, secret.count].allSatisfy({ $0 == Self.byteCount }) else { throw .invalidKey }
        let point = [0x04] + x + y
        let key = point.withUnsafeBytes { point in
            secret.withUnsafeBytes { Self.makeKey(point: point, secret: $0) }
        }
        try self.init(takingOwnership: key)
        guard isPair else { throw .invalidKey }
    }

    private var isPair: Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, backing.pointer, nil) else { return false }
        defer {
            EVP_PKEY_CTX_free(context)
            ERR_clear_error()
        }
        return EVP_PKEY_public_check(context) == 1 && EVP_PKEY_pairwise_check(context) == 1
    }

    private static func makeKey(point: UnsafeRawBufferPointer, secret: UnsafeRawBufferPointer) -> OpaquePointer? {
        // A secure number makes the builder keep its copy where it is zeroed when freed.
        guard let number = BN_secure_new() else { return nil }
        defer { BN_clear_free(number) }
        let digits = secret.assumingMemoryBound(to: UInt8.self)
        guard BN_bin2bn(digits.baseAddress, Int32(digits.count), number) != nil else { return nil }
        BN_set_flags(number, BN_FLG_CONSTTIME)
        guard let builder = OSSL_PARAM_BLD_new() else { return nil }
        defer { OSSL_PARAM_BLD_free(builder) }
        guard ccrypto_push_p256_point(builder, point.baseAddress, point.count) == 1,
            ccrypto_push_private_number(builder, number) == 1,
            let parameters = OSSL_PARAM_BLD_to_param(builder)
        else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, CCRYPTO_KEY_PAIR, parameters) == 1
        else { return nil }
        return key
    }
}

extension P256PrivateKey {
    func coordinates() throws(KeySetError) -> (x: [UInt8], y: [UInt8]) {
        var point = [UInt8](repeating: 0, count: 1 + 2 * Self.byteCount)
        var count = 0
        guard
            EVP_PKEY_get_octet_string_param(backing.pointer, OSSL_PKEY_PARAM_PUB_KEY, &point, point.count, &count) == 1,
            count == point.count, point[0] == 0x04
        else { throw .invalidKey }
        return (Array(point[1...Self.byteCount]), Array(point[(1 + Self.byteCount)...]))
    }

    func secret() throws(KeySetError) -> SecretBytes {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(backing.pointer, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1, let number else {
            throw .invalidKey
        }
        defer { BN_clear_free(number) }
        return try SecretBytes(unsafeUninitializedCapacity: Self.byteCount) { (buffer) throws(KeySetError) in
            let digits = buffer.assumingMemoryBound(to: UInt8.self)
            guard BN_bn2binpad(number, digits.baseAddress, Int32(digits.count)) == digits.count else {
                throw .invalidKey
            }
            return digits.count
        }
    }

    /// 64 bytes: `r` and `s`.
    func signature(for message: RawSpan) throws(TokenSigningError) -> [UInt8] {
        // SEQUENCE { INTEGER r, INTEGER s } of two numbers of at most 33 bytes.
        let encoded = try backing.signature(for: message, digest: EVP_sha256(), capacity: 72)
        var start: UnsafePointer<UInt8>? = nil
        return try encoded.withUnsafeBufferPointer { (bytes) throws(TokenSigningError) in
            start = bytes.baseAddress
            guard let signature = d2i_ECDSA_SIG(nil, &start, bytes.count) else { throw .signingFailed }
            defer { ECDSA_SIG_free(signature) }
            let halves = [ECDSA_SIG_get0_r(signature), ECDSA_SIG_get0_s(signature)]
            var raw = [UInt8](repeating: 0, count: 2 * Self.byteCount)
            for (index, half) in halves.enumerated() {
                let written = raw.withUnsafeMutableBufferPointer { raw in
                    BN_bn2binpad(half, raw.baseAddress?.advanced(by: index * Self.byteCount), Int32(Self.byteCount))
                }
                guard written == Self.byteCount else { throw .signingFailed }
            }
            return raw
        }
    }
}
