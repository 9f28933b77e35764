import Encoding
public import Identity
import JSON
import Secrets
public import Tokens

/// Makes access tokens (RFC 7519, RFC 9068). For one thread, as its keys are.
public struct TokenIssuer {
    /// A cookie's name and value together may be 4096 bytes; the longest name takes 15.
    public static let maximumIssuedBytes = 4064

    private let policy: AccessTokenPolicy
    private let keys: any SigningKeySource

    public init(policy: AccessTokenPolicy, keys: any SigningKeySource) {
        self.policy = policy
        self.keys = keys
    }

    /// With the keys of `signing.json`, followed while the program runs.
    public init(policy: AccessTokenPolicy, path: String) throws(KeySetError) {
        self.init(policy: policy, keys: try SigningKeyFile(path: path))
    }

    /// A token that is good from now, rounded down to a second, for the policy's lifetime, or until
    /// `end` where that comes first. The caller has read `identity` and `epoch` from the store, together.
    public func issue(
        _ identity: Identity, epoch: Int64, at now: Timestamp, notPast end: Timestamp? = nil
    ) throws(TokenSigningError) -> String {
        let key = try keys.signer(at: now)
        let header: JSONOutput = [
            "alg": .string(key.algorithm.rawValue), "typ": .string(policy.typ), "kid": .string(key.kid),
        ]
        let full = now + policy.lifetime
        let claims = claims(of: identity, epoch: epoch, from: now, to: end.map { min($0, full) } ?? full)
        let content = Base64URL.encode(header.serialized()) + "." + Base64URL.encode(claims.serialized())
        let signature = try key.signature(for: Array(content.utf8).span.bytes)
        let token = content + "." + Base64URL.encode(signature)
        guard token.utf8.count <= Self.maximumIssuedBytes else { throw .tooLong }
        return token
    }

    private func claims(
        of identity: Identity, epoch: Int64, from now: Timestamp, to end: Timestamp
    ) -> JSONOutput {
        var claims: [(String, JSONOutput)] = [
            ("iss", .string(policy.issuer)),
            ("aud", .string(policy.audience)),
            ("sub", .string(identity.account.description)),
            ("sid", .string(identity.session.description)),
            ("iat", .integer(now.seconds)),
            ("exp", .integer(end.seconds)),
            ("jti", .string(Base64URL.encode(randomBytes(16)))),
            ("epoch", .integer(epoch)),
            ("username", .string(identity.username)),
            ("roles", .array(identity.roles.map { .string($0.name) })),
        ]
        if let email = identity.email { claims.append(("email", .string(email))) }
        return .object(claims)
    }
}
