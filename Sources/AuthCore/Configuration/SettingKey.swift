/// Every key of the configuration: the one list that the reader, the documentation and
/// `fcgi-authctl config` go by.
public enum SettingKey: String, CaseIterable, Sendable {
    case issuer = "AUTH_ISSUER"
    case audience = "AUTH_AUDIENCE"
    case algorithm = "AUTH_ALGORITHM"
    case access = "AUTH_ACCESS"
    case accessTTL = "AUTH_ACCESS_TTL"
    case sessionIdle = "AUTH_SESSION_IDLE"
    case sessionTTL = "AUTH_SESSION_TTL"
    case refreshGrace = "AUTH_REFRESH_GRACE"
    case keys = "AUTH_KEYS"
    case store = "AUTH_STORE"
    case runtime = "AUTH_RUNTIME"
    case username = "AUTH_USERNAME"
    case loginPage = "AUTH_LOGIN_PAGE"
    case tokenTyp = "AUTH_TOKEN_TYP"
    case cookieSecure = "AUTH_COOKIE_SECURE"
    case cookieSameSite = "AUTH_COOKIE_SAMESITE"
    case cookieDomain = "AUTH_COOKIE_DOMAIN"
    case allowedOrigins = "AUTH_ALLOWED_ORIGINS"
    case signup = "AUTH_SIGNUP"
    case passwordMin = "AUTH_PASSWORD_MIN"
    case argon2Memory = "AUTH_ARGON2_MEMORY"
    case argon2Time = "AUTH_ARGON2_TIME"
    case hashConcurrency = "AUTH_HASH_CONCURRENCY"
    case tokenCache = "AUTH_TOKEN_CACHE"
    case loginAttempts = "AUTH_LOGIN_ATTEMPTS"
    case logLevel = "AUTH_LOG_LEVEL"

    /// The name in the file and in the environment.
    public var name: String { rawValue }

    /// What holds when the key is not set; nil for the issuer, which must be set, and the audience,
    /// which is then the issuer. Written as one would write it in the file.
    public var defaultText: String? {
        switch self {
        case .issuer, .audience: nil
        case .algorithm: "EdDSA"
        case .access: "jwt"
        case .accessTTL: "15m"
        case .sessionIdle: "7d"
        case .sessionTTL: "30d"
        case .refreshGrace: "30s"
        case .keys: "/etc/fcgi-auth/keys"
        case .store: "sqlite:///var/lib/fcgi-auth/store.sqlite"
        case .runtime: "/run/fcgi-auth"
        case .username: "any"
        case .loginPage: "/login"
        case .tokenTyp: "at+jwt"
        case .cookieSecure: "on"
        case .cookieSameSite: "Lax"
        case .cookieDomain, .allowedOrigins: ""
        case .signup: "open"
        case .passwordMin: "15"
        case .argon2Memory: "19MiB"
        case .argon2Time: "2"
        case .hashConcurrency: "auto"
        case .tokenCache: "8MiB"
        case .loginAttempts: "10"
        case .logLevel: "info"
        }
    }

    /// Whether a value, even a mistaken one, might hold a secret and so is never printed.
    var mayHoldSecret: Bool { self == .store }
}
