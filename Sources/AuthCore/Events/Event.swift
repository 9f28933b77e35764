/// Everything the programs report: a closed list, so that alerts can be written against the names.
public enum Event: String, CaseIterable, Sendable {
    case started
    case stopped

    case signupOK = "signup_ok"
    case signupRefused = "signup_refused"
    case loginOK = "login_ok"
    case loginRefused = "login_refused"
    /// An account had too many wrong passwords in a row.
    case loginThrottled = "login_throttled"
    case logout

    case refreshed
    case refreshRefused = "refresh_refused"
    /// A refresh token older than its predecessor came back: somebody else has a copy of it.
    case refreshReused = "refresh_reused"
    case sessionRevoked = "session_revoked"
    case sessionsRevoked = "sessions_revoked"

    /// verify turned a request away.
    case accessRefused = "access_refused"
    case crossOriginRefused = "cross_origin_refused"

    case passwordChanged = "password_changed"
    case passwordChangeRefused = "password_change_refused"
    case passwordRehashed = "password_rehashed"
    case rolesChanged = "roles_changed"
    case accountCreated = "account_created"
    case accountsImported = "accounts_imported"
    case accountDisabled = "account_disabled"
    case accountEnabled = "account_enabled"
    case accountDeleted = "account_deleted"

    case keyRotated = "key_rotated"
    case keysUnavailable = "keys_unavailable"
    case storeMigrated = "store_migrated"
    case storeUnavailable = "store_unavailable"
    case revocationsUnavailable = "revocations_unavailable"
    /// More passwords to hash than the machine can take at once.
    case overloaded
    /// A location asks for something that is no policy: nobody gets in there.
    case policyNotUnderstood = "policy_not_understood"
    /// An account's stored digest is none we can check: nobody can log in with it.
    case digestUnreadable = "digest_unreadable"
    /// A request could not be answered as it should have been: a mistake of ours.
    case failed

    public var level: LogLevel {
        switch self {
        case .keysUnavailable, .storeUnavailable, .revocationsUnavailable, .policyNotUnderstood, .digestUnreadable,
            .failed:
            .error
        case .refreshReused, .loginThrottled, .crossOriginRefused, .overloaded: .warning
        case .started, .stopped, .passwordChanged, .rolesChanged, .accountCreated, .accountsImported, .accountDisabled,
            .accountEnabled,
            .accountDeleted, .keyRotated, .storeMigrated:
            .notice
        case .signupOK, .signupRefused, .loginOK, .loginRefused, .logout, .refreshRefused, .sessionRevoked,
            .sessionsRevoked, .passwordChangeRefused, .passwordRehashed:
            .info
        case .refreshed, .accessRefused: .debug
        }
    }
}
