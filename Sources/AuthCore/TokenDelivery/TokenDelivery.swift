import AccessIDs
import Accounts
public import Endpoints
public import HTTP
public import Identity
import JSON
import RefreshTokens
import Secrets
public import Sessions
public import Settings
import TokenAuthentication
import TokenSigning
import Tokens

/// Turns a grant into tokens, and tokens into the answer: cookies for a browser, or all of it in
/// the body for a client that keeps none. For one thread.
public final class TokenDelivery {
    private let issuer: Issuer
    private let codec: RefreshTokenCodec
    private let cookies: CookiePolicy
    private let accessLifetime: Duration

    private enum Issuer {
        case jwt(TokenIssuer)
        /// The id that the store has issued with the session.
        case session
    }

    /// Throws where the signing keys or the key of the refresh tokens can't be read. Where access
    /// tokens are ids no signing key is opened.
    public init(_ settings: Settings, cookies: CookiePolicy) throws {
        issuer =
            switch settings.access {
            case .session: .session
            case .jwt:
                .jwt(
                    try SecretFileProblem.naming(settings.keys + "/signing.json") {
                        try TokenIssuer(policy: AccessTokenPolicy(settings), path: $0)
                    })
            }
        codec = try SecretFileProblem.naming(settings.keys + "/refresh.key") { try .load(path: $0) }
        accessLifetime = settings.accessTTL
        self.cookies = cookies
    }

    /// The answer that carries the tokens of `grant`: `{user, access_token, token_type, expires_in}`
    /// and both cookies, or with `delivery: body` also `refresh_token` and no cookie.
    public func answer(_ status: Int, _ grant: Grant, by delivery: Delivery, at now: Timestamp) throws -> Answer {
        let access = try issue(grant, at: now)
        let refresh = codec.encode(grant)
        var body: [(String, JSONOutput)] = [
            ("user", grant.account.json),
            ("access_token", .string(access)),
            ("token_type", "Bearer"),
            ("expires_in", .integer(lifetime(grant, at: now).components.seconds)),
        ]
        guard delivery == .cookie else {
            body.append(("refresh_token", .string(refresh)))
            return Answer(status, .object(body))
        }
        return Answer(status, .object(body), cookies: try cookies(access: access, refresh: refresh, grant, at: now))
    }

    /// Both cookies for a browser, the access cookie first.
    public func cookies(for grant: Grant, at now: Timestamp) throws -> [SetCookie] {
        try cookies(access: try issue(grant, at: now), refresh: codec.encode(grant), grant, at: now)
    }

    private func issue(_ grant: Grant, at now: Timestamp) throws -> String {
        switch issuer {
        case .jwt(let issuer):
            return try issuer.issue(
                grant.identity, epoch: grant.account.epoch, at: now, notPast: grant.session.endsAt)
        case .session:
            guard let id = grant.accessID else { throw MissingAccessID() }
            return id.text
        }
    }

    /// An access token never outlives its session.
    private func lifetime(_ grant: Grant, at now: Timestamp) -> Duration {
        min(accessLifetime, grant.session.endsAt - now)
    }

    /// The refresh cookie lives as long as the session may idle, and never past the session's end.
    private func cookies(access: String, refresh: String, _ grant: Grant, at now: Timestamp) throws -> [SetCookie] {
        [
            try cookies.access(access, lifetime: lifetime(grant, at: now)),
            try cookies.refresh(refresh, idle: grant.session.endsAt - now, remember: grant.session.remember),
        ]
    }
}

/// A grant without an id where access tokens are ids: a mistake of ours.
private struct MissingAccessID: Error {}

extension RefreshTokenCodec {
    /// The refresh token of the session's current generation.
    func encode(_ grant: Grant) -> String {
        encode(RefreshToken(session: grant.session.id, generation: grant.session.generation))
    }
}
