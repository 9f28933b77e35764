import Events

/// What may stand for a value. Ranges are stated here and read from here.
enum SettingKind {
    case issuer
    case text
    case choice([String])
    case duration(ClosedRange<Duration>)
    /// In bytes.
    case size(ClosedRange<Int>)
    case integer(ClosedRange<Int>)
    case integerOrAuto(ClosedRange<Int>)
    case directory
    case store
    case page
    case hostName
    case origins
}

extension SettingKey {
    var kind: SettingKind {
        switch self {
        case .issuer: .issuer
        case .audience: .text
        case .algorithm: .choice(["EdDSA", "ES256", "HS256"])
        case .access: .choice(["jwt", "session"])
        case .accessTTL: .duration(.seconds(1)...(.days(1)))
        // Browsers keep no cookie for longer than 400 days.
        case .sessionIdle, .sessionTTL: .duration(.seconds(1)...(.days(400)))
        case .refreshGrace: .duration(.zero...(.seconds(300)))
        case .keys, .runtime: .directory
        case .store: .store
        case .username: .choice(["any", "email"])
        case .loginPage: .page
        case .tokenTyp: .choice(["at+jwt", "JWT"])
        case .cookieSecure: .choice(["on", "off"])
        case .cookieSameSite: .choice(["Lax", "Strict", "None"])
        case .cookieDomain: .hostName
        case .allowedOrigins: .origins
        case .signup: .choice(["open", "closed"])
        case .passwordMin: .integer(8...64)
        // 7 MiB is the least memory OWASP's table for argon2id has; it wants AUTH_ARGON2_TIME=5 with it.
        // A digest that asks for more than 1 GiB is refused when it is checked, so none may be made.
        case .argon2Memory: .size((7 << 20)...(1 << 30))
        case .argon2Time: .integer(1...16)
        case .hashConcurrency: .integerOrAuto(1...1024)
        // The least holds some hundred tokens.
        case .tokenCache: .size((256 << 10)...(1 << 30))
        case .loginAttempts: .integer(1...100)
        case .logLevel: .choice(LogLevel.allCases.map(\.rawValue))
        }
    }

    /// The values allowed, for a message and for the documentation.
    public var allowed: String {
        switch kind {
        case .issuer: "an https URL without query or fragment, such as https://example.org"
        case .text: "visible ASCII without quotes, at most 255 bytes"
        case .choice(let values): values.joined(separator: ", ")
        case .duration(let range):
            "a whole number and s, m, h or d, from \(DurationText.text(range.lowerBound))"
                + " to \(DurationText.text(range.upperBound))"
        case .size(let range):
            "a whole number and KiB, MiB or GiB, from \(ByteSizeText.text(range.lowerBound))"
                + " to \(ByteSizeText.text(range.upperBound))"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .integerOrAuto(let range): "auto, or a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .directory: "an absolute path"
        case .store: "sqlite:// and an absolute path, or the path alone"
        case .page: "a path on this site, without query or fragment, such as /login"
        case .hostName: "a host name in lower case without a leading dot, such as example.org, or nothing"
        case .origins: "https origins separated by commas, such as https://app.example.org, or nothing"
        }
    }

    /// One line on what the key does.
    public var meaning: String {
        switch self {
        case .issuer: "the URL this site is known by; iss of every token"
        case .audience: "whom tokens are for (aud); the issuer if not set"
        case .algorithm: "signature algorithm of new keys"
        case .access: "what the access cookie holds: a JWT, or the id of a session that is looked up in the store"
        case .accessTTL: "life of an access token"
        case .sessionIdle: "a session ends when it was not used for so long"
        case .sessionTTL: "a session ends this long after login, used or not"
        case .refreshGrace: "how long the last but one refresh token still answers with its successor"
        case .keys: "directory of the keys"
        case .store: "where accounts and sessions are kept"
        case .runtime: "directory of sockets and of the revocation journal, on tmpfs"
        case .username: "whether a user name is any name or an e-mail address"
        case .loginPage: "where a visitor who must log in is sent"
        case .tokenTyp: "typ of access tokens; JWT for libraries that refuse at+jwt"
        case .cookieSecure: "off only for development over http"
        case .cookieSameSite: "SameSite of both cookies; None only for a front end on another site"
        case .cookieDomain: "shares the cookies with all subdomains of this host"
        case .allowedOrigins: "other origins whose pages may call /auth/ with credentials"
        case .signup: "whether visitors may make accounts"
        case .passwordMin: "fewest characters of a new password"
        case .argon2Memory: "memory of one password hash"
        case .argon2Time: "passes of one password hash"
        case .hashConcurrency: "password hashes computed at once on the machine; auto is by processors and memory"
        case .tokenCache: "memory for tokens that verify has verified before"
        case .loginAttempts: "wrong passwords in a row before an account must wait"
        case .logLevel: "the least important events still logged"
        }
    }
}

extension Duration {
    static func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }
}
