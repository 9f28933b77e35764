public import Tokens

/// Why a request is not let in by its access token.
public enum AccessRefusal: Equatable, Sendable {
    case noToken
    case conflictingCookies
    case malformedAuthorization
    case token(TokenRefusal)
    /// The session is over, or the account's tokens of that time are void.
    case revoked

    /// For `X-Auth-Reason` and the log.
    public var code: String {
        switch self {
        case .noToken: "no_token"
        case .conflictingCookies: "conflicting_cookies"
        case .malformedAuthorization: "malformed_authorization"
        case .token(let refusal): refusal.code
        case .revoked: "revoked"
        }
    }
}

/// What an access token comes to.
public enum AccessVerdict: Sendable {
    case admitted(AccessToken)
    case refused(AccessRefusal)
    /// The revocation journal can't be read, so nobody can be let in.
    case unavailable
}
