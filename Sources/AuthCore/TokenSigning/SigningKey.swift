import Cryptography
public import Identity
import Secrets
public import Tokens

/// One key that tokens are signed with. Only programs that issue tokens may hold one.
public struct SigningKey: Sendable {
    public let kid: String
    public let algorithm: SignatureAlgorithm
    /// When it begins to sign.
    public let notBefore: Timestamp

    private let material: Material

    private enum Material {
        case ed25519(Ed25519PrivateKey)
        case p256(P256PrivateKey)
        case shared(HMACSHA256)
    }

    /// Checks that the public half is the private half's own.
    init(_ key: PrivateJSONWebKey) throws(KeySetError) {
        kid = key.kid
        algorithm = key.algorithm
        notBefore = key.notBefore
        switch key.material {
        case .ed25519(let x, let seed):
            let privateKey = try Ed25519PrivateKey(seed: seed)
            guard try privateKey.publicKey() == x else { throw .invalidKey }
            material = .ed25519(privateKey)
        case .p256(let x, let y, let secret):
            material = .p256(try P256PrivateKey(x: x, y: y, secret: secret))
        case .shared(let secret):
            guard let key = try? HMACSHA256(key: secret) else { throw .weakKey }
            material = .shared(key)
        }
    }

    /// As JWS has it for this algorithm: 64 bytes, or 32 for HS256.
    func signature(for message: RawSpan) throws(TokenSigningError) -> [UInt8] {
        switch material {
        case .ed25519(let key): try key.signature(for: message)
        case .p256(let key): try key.signature(for: message)
        case .shared(let key): key.authenticationCode(for: message)
        }
    }
}
