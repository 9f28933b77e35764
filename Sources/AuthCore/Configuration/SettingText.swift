import Events
import HTTP

extension Settings {
    /// The value in force, written as one would write it in the file. Nothing here is secret: keys are
    /// files, and the store is a path.
    public func text(of key: SettingKey) -> String {
        switch key {
        case .issuer: issuer
        case .audience: audience
        case .algorithm: algorithm
        case .access: access.rawValue
        case .accessTTL: DurationText.text(accessTTL)
        case .sessionIdle: DurationText.text(sessionIdle)
        case .sessionTTL: DurationText.text(sessionTTL)
        case .refreshGrace: DurationText.text(refreshGrace)
        case .keys: keys
        case .store: storeText
        case .runtime: runtime
        case .username: usernameKind.rawValue
        case .loginPage: loginPage
        case .tokenTyp: tokenTyp
        case .cookieSecure: cookieSecure ? "on" : "off"
        case .cookieSameSite: cookieSameSite.rawValue
        case .cookieDomain: cookieDomain ?? ""
        case .allowedOrigins: allowedOrigins.map(\.description).sorted().joined(separator: ",")
        case .signup: signup.rawValue
        case .passwordMin: String(passwordMin)
        case .argon2Memory: ByteSizeText.text(argon2Memory)
        case .argon2Time: String(argon2Time)
        case .hashConcurrency: hashConcurrency.map(String.init) ?? "auto"
        case .tokenCache: ByteSizeText.text(tokenCache)
        case .loginAttempts: String(loginAttempts)
        case .logLevel: logLevel.rawValue
        }
    }

    private var storeText: String {
        switch store {
        case .sqlite(let path): "sqlite://\(path)"
        }
    }
}
