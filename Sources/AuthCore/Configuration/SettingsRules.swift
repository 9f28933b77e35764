import Events
import HTTP

extension Settings {
    /// Reads every key and checks what must hold between them; nil where no settings can be made of
    /// it. All mistakes are in the reader.
    init?(_ reader: inout SettingsReader) {
        let issuer = reader.issuer()
        audience = reader.audience(issuer: issuer)
        algorithm = reader.choice(.algorithm)
        access = AccessKind(rawValue: reader.choice(.access)) ?? .jwt
        accessTTL = reader.duration(.accessTTL)
        sessionIdle = reader.duration(.sessionIdle)
        sessionTTL = reader.duration(.sessionTTL)
        refreshGrace = reader.duration(.refreshGrace)
        keys = reader.directory(.keys)
        store = reader.storeLocation(.store)
        runtime = reader.directory(.runtime)
        usernameKind = reader.choice(.username) == "email" ? .email : .any
        loginPage = reader.page(.loginPage)
        tokenTyp = reader.choice(.tokenTyp)
        cookieSecure = reader.choice(.cookieSecure) == "on"
        cookieSameSite = SameSite(rawValue: reader.choice(.cookieSameSite)) ?? .lax
        cookieDomain = reader.cookieDomain()
        allowedOrigins = reader.allowedOrigins()
        signup = reader.choice(.signup) == "closed" ? .closed : .open
        passwordMin = reader.integer(.passwordMin)
        argon2Memory = reader.size(.argon2Memory)
        argon2Time = reader.integer(.argon2Time)
        hashConcurrency = reader.integerOrAuto(.hashConcurrency)
        tokenCache = reader.size(.tokenCache)
        loginAttempts = reader.integer(.loginAttempts)
        logLevel = LogLevel(rawValue: reader.choice(.logLevel)) ?? .info
        origins = Dictionary(uniqueKeysWithValues: SettingKey.allCases.map { [reader] in ($0, reader.origin($0)) })
        self.issuer = issuer ?? ""

        reader.checkTimes(idle: sessionIdle, absolute: sessionTTL)
        reader.checkCookies(
            secure: cookieSecure, sameSite: cookieSameSite, domain: cookieDomain, origins: allowedOrigins)
        reader.checkIssuer(issuer, secure: cookieSecure)
        guard let cookies = try? CookiePolicy(secure: cookieSecure, domain: cookieDomain, sameSite: cookieSameSite)
        else { return nil }
        self.cookies = cookies
    }
}

extension SettingsReader {
    mutating func checkTimes(idle: Duration, absolute: Duration) {
        guard areGood(.sessionIdle, .sessionTTL), idle > absolute else { return }
        let times = "\(DurationText.text(idle)) is longer than \(SettingKey.sessionTTL.name)"
        note(.sessionIdle, "\(times) (\(DurationText.text(absolute)))")
    }

    mutating func checkCookies(secure: Bool, sameSite: SameSite, domain: String?, origins: Set<Origin>) {
        guard areGood(.cookieSecure, .cookieSameSite, .cookieDomain, .allowedOrigins) else { return }
        if !secure && sameSite == .none { note(.cookieSameSite, "None needs \(SettingKey.cookieSecure.name)=on") }
        if sameSite == .none && origins.isEmpty {
            note(.cookieSameSite, "None needs \(SettingKey.allowedOrigins.name): no other site is let in without")
        }
        if !secure && domain != nil { note(.cookieDomain, "needs \(SettingKey.cookieSecure.name)=on") }
    }

    mutating func checkIssuer(_ issuer: String?, secure: Bool) {
        guard let issuer, areGood(.issuer, .cookieSecure), secure, !issuer.hasPrefix("https://") else { return }
        note(.issuer, "http is for development: it needs \(SettingKey.cookieSecure.name)=off")
    }
}
