public import Identity

/// Decides whether an access token is good (RFC 8725, RFC 9068). For one thread, as its keys are.
///
/// Holds the policy and the way to the keys, nothing that can sign. Whether the session or the account
/// has been revoked meanwhile is not asked here.
public struct TokenVerifier {
    /// A token of ours fits into a cookie. Nothing longer is looked at.
    public static let maximumTokenBytes = 4096

    private let policy: AccessTokenPolicy
    private let keys: any VerificationKeySource

    public init(policy: AccessTokenPolicy, keys: any VerificationKeySource) {
        self.policy = policy
        self.keys = keys
    }

    /// In this order: the length; three parts; the header; its key; the signature; and only then what
    /// the token claims.
    public func verify(_ token: some Collection<UInt8>, at now: Timestamp) throws(TokenRefusal) -> AccessToken {
        guard token.count <= Self.maximumTokenBytes else { throw .tooLong }
        return try verify(bytes: Array(token), at: now)
    }

    public func verify(_ token: String, at now: Timestamp) throws(TokenRefusal) -> AccessToken {
        try verify(token.utf8, at: now)
    }

    private func verify(bytes: [UInt8], at now: Timestamp) throws(TokenRefusal) -> AccessToken {
        try read(bytes, at: now).verify(at: now)
    }

    /// Everything that comes before the signature.
    public func read(_ token: [UInt8], at now: Timestamp) throws(TokenRefusal) -> UnverifiedToken {
        guard token.count <= Self.maximumTokenBytes else { throw .tooLong }
        let token = try SignedToken(token)
        guard let (key, until) = keys.key(token.kid, at: now, tokenLifetime: policy.lifetime) else {
            throw .unknownKey
        }
        guard token.algorithm == key.algorithm.rawValue else { throw .algorithmMismatch }
        guard token.type == policy.typ else { throw .wrongType }
        return UnverifiedToken(token: token, key: key, keyUntil: until, policy: policy)
    }
}

/// A token with the key that must have signed it. Nothing of it is to be believed, but what is left to
/// do needs nothing else, so any thread may do it.
public struct UnverifiedToken: Sendable {
    let token: SignedToken
    let key: VerificationKey
    let keyUntil: Timestamp
    let policy: AccessTokenPolicy

    /// The signature, and only then what the token claims.
    public func verify(at now: Timestamp) throws(TokenRefusal) -> AccessToken {
        try token.verify(with: key)
        return try AccessToken(claims: try token.claims(), policy: policy, keyUntil: keyUntil, at: now)
    }
}
