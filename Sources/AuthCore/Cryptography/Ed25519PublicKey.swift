import CCrypto

/// A public key of Ed25519 (RFC 8032 section 5.1). It can verify; there is nothing in it to sign with.
public struct Ed25519PublicKey: Sendable {
    /// In bytes.
    public static let byteCount = 32
    public static let signatureByteCount = 64

    private let backing: PublicKeyBacking

    /// From the 32 bytes of RFC 8032 section 5.1.5.
    public init(rawRepresentation: [UInt8]) throws(CryptographyError) {
        guard rawRepresentation.count == Self.byteCount else { throw .invalidKey }
        let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, rawRepresentation, rawRepresentation.count)
        backing = try PublicKeyBacking(takingOwnership: key)
    }

    /// False for a signature of any length but 64 bytes, and for `S` not below the group's order
    /// (RFC 8032 section 5.1.7), so no second signature can be made from a first.
    public func isValidSignature(_ signature: [UInt8], for message: RawSpan) -> Bool {
        guard signature.count == Self.signatureByteCount else { return false }
        return backing.isValidSignature(signature, for: message, digest: nil)
    }

    public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        isValidSignature(signature, for: message.span.bytes)
    }
}
