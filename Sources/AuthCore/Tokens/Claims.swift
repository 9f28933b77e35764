import Identity
import JSON

extension AccessToken {
    /// How far the issuer's clock may be ahead of ours.
    fileprivate static let clockTolerance = Duration.seconds(60)

    /// Checks every claim (RFC 7519 section 4.1, RFC 9068 section 2.2). An absent claim is as wrong as a
    /// bad one, but for `email` and `nbf`.
    ///
    /// - Parameter keyUntil: when the time of the key that signed it is over.
    init(
        claims: JSONObject, policy: AccessTokenPolicy, keyUntil: Timestamp, at now: Timestamp
    ) throws(TokenRefusal) {
        guard try claims.text("iss") == policy.issuer else { throw .wrongIssuer }
        guard try claims.text("aud") == policy.audience else { throw .wrongAudience }
        let lifetime = try claims.lifetime(within: policy.lifetime, at: now)
        (issuedAt, expiresAt, usableFrom) = lifetime
        usableUntil = min(lifetime.expiresAt, keyUntil)
        guard let epoch = claims["epoch"]?.integerValue, epoch >= 0 else { throw .malformedClaims }
        self.epoch = epoch
        id = try claims.text("jti")
        identity = try claims.identity()
    }
}

extension JSONObject {
    /// A string that is there and not empty.
    fileprivate func text(_ name: String) throws(TokenRefusal) -> String {
        guard let text = self[name]?.stringValue, !text.isEmpty else { throw .malformedClaims }
        return text
    }

    /// `iat` and `exp`, which are integers: what was written as a string, a fraction or with an
    /// exponent, or does not fit, is refused rather than rounded.
    fileprivate func lifetime(
        within limit: Duration, at now: Timestamp
    ) throws(TokenRefusal) -> (issuedAt: Timestamp, expiresAt: Timestamp, usableFrom: Timestamp) {
        guard let issued = self["iat"]?.integerValue, let expiry = self["exp"]?.integerValue else {
            throw .malformedClaims
        }
        let (issuedAt, expiresAt) = (Timestamp(seconds: issued), Timestamp(seconds: expiry))
        guard expiresAt > now else { throw .expired }
        guard expiresAt - issuedAt <= limit else { throw .lifetimeTooLong }
        var usableFrom = issuedAt - AccessToken.clockTolerance
        if let member = self["nbf"] {
            guard let beginning = member.integerValue else { throw .malformedClaims }
            usableFrom = max(usableFrom, Timestamp(seconds: beginning))
        }
        guard usableFrom <= now else { throw .notYetValid }
        return (issuedAt, expiresAt, usableFrom)
    }

    fileprivate func identity() throws(TokenRefusal) -> Identity {
        guard let account = AccountID(try text("sub")), let session = SessionID(try text("sid")),
            let names = self["roles"]?.arrayValue
        else { throw .malformedClaims }
        var roles: [Role] = []
        for name in names {
            guard let role = name.stringValue.flatMap(Role.init) else { throw .malformedClaims }
            roles.append(role)
        }
        let email = self["email"] == nil ? nil : try text("email")
        return Identity(
            account: account, session: session, username: try text("username"), email: email, roles: roles)
    }
}
