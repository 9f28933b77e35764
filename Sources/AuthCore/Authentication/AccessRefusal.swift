public import Identity

/// Why a request is not let in by its access token.
public enum AccessRefusal: Equatable, Sendable {
    case noToken
    case conflictingCookies
    case malformedAuthorization
    /// The token itself; `code` is its judge's.
    case token(code: String)
    /// The session is over, or the account's tokens of that time are void.
    case revoked

    /// For `X-Auth-Reason` and the log.
    public var code: String {
        switch self {
        case .noToken: "no_token"
        case .conflictingCookies: "conflicting_cookies"
        case .malformedAuthorization: "malformed_authorization"
        case .token(let code): code
        case .revoked: "revoked"
        }
    }
}

/// What an access token comes to.
public enum AccessVerdict: Sendable {
    case admitted(Identity)
    case refused(AccessRefusal)
    /// What the judge goes by can't be read, so nobody can be let in.
    case unavailable
}
