import Cryptography
public import Identity

/// One key that tokens are checked with, and the one algorithm it is for.
///
/// Must never hold what EdDSA or ES256 sign with; for HS256 the shared key can do both, which is why
/// that is not the default.
public struct VerificationKey: Sendable {
    public let kid: String
    public let algorithm: SignatureAlgorithm
    /// When it begins to sign. It verifies from its publication on.
    public let notBefore: Timestamp

    private let material: Material

    private enum Material {
        case ed25519(Ed25519PublicKey)
        case p256(P256PublicKey)
        case shared(HMACSHA256)
    }

    package init(_ key: JSONWebKey) throws(KeySetError) {
        kid = key.kid
        algorithm = key.algorithm
        notBefore = key.notBefore
        if algorithm.isAsymmetric, key.contains("d") { throw .privateKey }
        do {
            material =
                switch algorithm {
                case .eddsa: .ed25519(try Ed25519PublicKey(rawRepresentation: try key.bytes("x")))
                case .es256: .p256(try P256PublicKey(x: try key.bytes("x"), y: try key.bytes("y")))
                case .hs256: .shared(try HMACSHA256(key: try key.secret("k")))
                }
        } catch let error as KeySetError {
            throw error
        } catch {
            throw error as? CryptographyError == .weakKey ? .weakKey : .invalidKey
        }
    }

    /// Whether this key made this signature of exactly these bytes.
    public func isValidSignature(_ signature: [UInt8], for message: RawSpan) -> Bool {
        switch material {
        case .ed25519(let key): key.isValidSignature(signature, for: message)
        case .p256(let key): key.isValidSignature(signature, for: message)
        case .shared(let key): key.isValid(signature, for: message)
        }
    }
}
