/// Why a key cannot be used. A signature that does not hold is `false`, not an error.
public enum CryptographyError: Error, Equatable, Sendable {
    /// The bytes are no key of this kind: a wrong length, a point that is not on the curve.
    case invalidKey
    /// An HMAC key shorter than the digest (RFC 7518 section 3.2).
    case weakKey
}
