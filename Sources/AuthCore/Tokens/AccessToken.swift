public import Identity

/// What access tokens of this site have in common; whoever issues and whoever verifies must agree.
public struct AccessTokenPolicy: Sendable, Equatable {
    public let issuer: String
    public let audience: String
    /// The `typ` of the header: `at+jwt` (RFC 9068), or `JWT` for libraries that refuse it.
    public let typ: String
    /// From `iat` to `exp`, in whole seconds.
    public let lifetime: Duration

    public init(issuer: String, audience: String, typ: String, lifetime: Duration) {
        self.issuer = issuer
        self.audience = audience
        self.typ = typ
        self.lifetime = lifetime
    }
}

/// What a verified token says. Exists only after its signature and every claim have been checked.
public struct AccessToken: Sendable, Equatable {
    public let identity: Identity
    public let issuedAt: Timestamp
    public let expiresAt: Timestamp
    /// The first moment at which it is accepted: `nbf`, or as long before `iat` as clocks may differ.
    public let usableFrom: Timestamp
    /// The first moment at which it is accepted no more: `exp`, or when its key's time is over.
    public let usableUntil: Timestamp
    /// `jti`.
    public let id: String
    /// The account's token epoch when it was issued; revocation voids the lower ones.
    public let epoch: Int64
}
