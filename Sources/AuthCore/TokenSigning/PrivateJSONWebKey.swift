import Cryptography
import Encoding
import Identity
import JSON
import Secrets
import Tokens

/// A private key as `signing.json` keeps it (RFC 7517, RFC 8037), and what others may see of it.
struct PrivateJSONWebKey: Sendable {
    let kid: String
    let algorithm: SignatureAlgorithm
    let notBefore: Timestamp
    let material: Material

    enum Material: Sendable {
        case ed25519(x: [UInt8], seed: SecretBytes)
        case p256(x: [UInt8], y: [UInt8], secret: SecretBytes)
        case shared(SecretBytes)
    }

    static func parseSet(_ document: SecretBytes) throws(KeySetError) -> [PrivateJSONWebKey] {
        var keys: [PrivateJSONWebKey] = []
        for key in try JSONWebKey.parseSet(document) { keys.append(try PrivateJSONWebKey(key)) }
        return keys.sorted { ($0.notBefore, $0.kid) < ($1.notBefore, $1.kid) }
    }

    private init(_ key: JSONWebKey) throws(KeySetError) {
        kid = key.kid
        algorithm = key.algorithm
        notBefore = key.notBefore
        material =
            switch key.algorithm {
            case .eddsa: .ed25519(x: try key.bytes("x"), seed: try key.secret("d"))
            case .es256: .p256(x: try key.bytes("x"), y: try key.bytes("y"), secret: try key.secret("d"))
            case .hs256: .shared(try key.secret("k"))
            }
    }

    /// A fresh key. Its `kid` is the thumbprint of the public key (RFC 7638); a shared key's says
    /// nothing about the key.
    static func generate(_ algorithm: SignatureAlgorithm, notBefore: Timestamp) throws(KeySetError) -> Self {
        let material: Material
        switch algorithm {
        case .eddsa:
            let seed = SecretBytes.random(count: Ed25519PrivateKey.byteCount)
            material = .ed25519(x: try Ed25519PrivateKey(seed: seed).publicKey(), seed: seed)
        case .es256:
            let key = try P256PrivateKey.generate()
            let (x, y) = try key.coordinates()
            material = .p256(x: x, y: y, secret: try key.secret())
        case .hs256:
            material = .shared(.random(count: HMACSHA256.byteCount))
        }
        return PrivateJSONWebKey(algorithm: algorithm, notBefore: notBefore, material: material)
    }

    private init(algorithm: SignatureAlgorithm, notBefore: Timestamp, material: Material) {
        self.algorithm = algorithm
        self.notBefore = notBefore
        self.material = material
        kid = material.thumbprint ?? Base64URL.encode(randomBytes(16))
    }
}

extension PrivateJSONWebKey {
    /// For everybody: nil for a shared key.
    var published: JSONOutput? {
        guard let parameters = material.publicParameters else { return nil }
        return .object(parameters + common)
    }

    /// For the programs that verify.
    var verifying: JSONOutput {
        .object((material.publicParameters ?? material.secretParameters) + common + beginning)
    }

    /// For the programs that sign.
    var signing: JSONOutput {
        .object((material.publicParameters ?? []) + material.secretParameters + common + beginning)
    }

    private var common: [(String, JSONOutput)] {
        [("alg", .string(algorithm.rawValue)), ("kid", .string(kid)), ("use", "sig")]
    }

    private var beginning: [(String, JSONOutput)] { [("nbf", .integer(notBefore.seconds))] }
}

extension PrivateJSONWebKey.Material {
    /// RFC 7638 section 3: the required members in lexicographic order, which these are.
    var thumbprint: String? {
        guard let publicParameters else { return nil }
        let members = publicParameters.sorted { $0.0 < $1.0 }
        return Base64URL.encode(SHA256Digest.digest(JSONOutput.object(members).serialized()))
    }

    var publicParameters: [(String, JSONOutput)]? {
        switch self {
        case .ed25519(let x, _):
            [("kty", "OKP"), ("crv", "Ed25519"), ("x", .string(Base64URL.encode(x)))]
        case .p256(let x, let y, _):
            [("kty", "EC"), ("crv", "P-256"), ("x", .string(Base64URL.encode(x))), ("y", .string(Base64URL.encode(y)))]
        case .shared: nil
        }
    }

    var secretParameters: [(String, JSONOutput)] {
        switch self {
        case .ed25519(_, let secret), .p256(_, _, let secret): [("d", Self.text(secret))]
        case .shared(let secret): [("kty", "oct"), ("k", Self.text(secret))]
        }
    }

    private static func text(_ secret: SecretBytes) -> JSONOutput {
        .string(secret.withUnsafeBytes { Base64URL.encode($0) })
    }
}
