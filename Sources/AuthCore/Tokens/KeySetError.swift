public import Secrets

/// Why a file of keys gives no keys. A set is taken whole or not at all. Says nothing of the contents.
public enum KeySetError: Error, Equatable, Sendable {
    case file(SecretFileError)
    /// Not JSON, not `{"keys": [...]}`, or a member that is missing or of a wrong type.
    case malformed
    case empty
    /// Two keys of one `kid`: a token could mean either.
    case duplicateKeyID
    /// A `kty`, `crv` or `alg` we do not know, or a key that is not for signatures.
    case unsupportedKey
    /// `alg` is not one of the algorithms of this `kty`.
    case algorithmMismatch
    /// Bytes that are no key: a wrong length, a point off the curve, halves that do not belong together.
    case invalidKey
    /// A shared key shorter than 32 bytes.
    case weakKey
    /// A private key in a file that is there to verify.
    case privateKey
}

extension KeySetError: CustomStringConvertible {
    /// For the operator; the caller says which file.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .malformed: "is not a JSON Web Key Set"
        case .empty: "holds no key"
        case .duplicateKeyID: "holds two keys of one kid"
        case .unsupportedKey: "holds a key that is not Ed25519, P-256 or a shared key for signatures"
        case .algorithmMismatch: "holds a key whose alg does not belong to its kty"
        case .invalidKey: "holds bytes that are no key"
        case .weakKey: "holds a shared key shorter than 32 bytes"
        case .privateKey: "holds a private key where only public ones belong"
        }
    }
}
