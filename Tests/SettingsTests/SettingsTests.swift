import Events
import HTTP
import Testing

@testable import Settings

private let minimal = "AUTH_ISSUER=https://example.org\n"

@Suite struct SettingsTests {
    @Test("With an issuer alone everything else has its default")
    func defaults() throws {
        let settings = try Settings.read(text: minimal).get()
        #expect(settings.issuer == "https://example.org")
        #expect(settings.audience == "https://example.org")
        #expect(settings.algorithm == "EdDSA" && settings.tokenTyp == "at+jwt" && settings.access == .jwt)
        #expect(settings.accessTTL == .seconds(900))
        #expect(settings.sessionIdle == .seconds(7 * 86_400) && settings.sessionTTL == .seconds(30 * 86_400))
        #expect(settings.refreshGrace == .seconds(30))
        #expect(settings.keys == "/etc/fcgi-auth/keys" && settings.runtime == "/run/fcgi-auth")
        #expect(settings.store == .sqlite(path: "/var/lib/fcgi-auth/store.sqlite"))
        #expect(settings.usernameKind == .any && settings.signup == .open && settings.loginPage == "/login")
        #expect(settings.cookieSecure && settings.cookieSameSite == .lax && settings.cookieDomain == nil)
        #expect(settings.cookies.names.access == "__Host-access")
        #expect(settings.allowedOrigins.isEmpty)
        #expect(settings.passwordMin == 15 && settings.loginAttempts == 10)
        #expect(settings.argon2Memory == 19 << 20 && settings.argon2Time == 2 && settings.hashConcurrency == nil)
        #expect(settings.logLevel == .info)
    }

    @Test("Every key that is set is read")
    func everyKey() throws {
        let settings = try Settings.read(
            text: """
                AUTH_ISSUER=https://id.example.org:8443/realm
                AUTH_AUDIENCE=https://api.example.org
                AUTH_ALGORITHM=es256
                AUTH_ACCESS=Session
                AUTH_ACCESS_TTL=5m
                AUTH_SESSION_IDLE=12h
                AUTH_SESSION_TTL=12h
                AUTH_REFRESH_GRACE=0
                AUTH_KEYS=/srv/keys/
                AUTH_STORE=/srv/store.sqlite
                AUTH_RUNTIME=/run/auth
                AUTH_USERNAME=email
                AUTH_LOGIN_PAGE=/account/sign-in
                AUTH_TOKEN_TYP=JWT
                AUTH_COOKIE_SECURE=on
                AUTH_COOKIE_SAMESITE=none
                AUTH_COOKIE_DOMAIN=example.org
                AUTH_ALLOWED_ORIGINS=https://app.example.net, http://localhost:3000
                AUTH_SIGNUP=closed
                AUTH_PASSWORD_MIN=8
                AUTH_ARGON2_MEMORY=46MiB
                AUTH_ARGON2_TIME=1
                AUTH_HASH_CONCURRENCY=4
                AUTH_TOKEN_CACHE=1MiB
                AUTH_LOGIN_ATTEMPTS=100
                AUTH_LOG_LEVEL=debug
                """
        ).get()
        #expect(
            settings.issuer == "https://id.example.org:8443/realm" && settings.audience == "https://api.example.org")
        #expect(settings.algorithm == "ES256" && settings.tokenTyp == "JWT" && settings.access == .session)
        #expect(settings.accessTTL == .seconds(300) && settings.refreshGrace == .zero)
        #expect(settings.sessionIdle == .seconds(43_200) && settings.sessionTTL == .seconds(43_200))
        #expect(settings.keys == "/srv/keys" && settings.runtime == "/run/auth")
        #expect(settings.store == .sqlite(path: "/srv/store.sqlite"))
        #expect(settings.usernameKind == .email && settings.signup == .closed)
        #expect(settings.loginPage == "/account/sign-in")
        #expect(settings.cookieSameSite == .none && settings.cookieDomain == "example.org")
        #expect(settings.cookies.names.access == "__Secure-access")
        let expected = ["https://app.example.net", "http://localhost:3000"].compactMap { Origin($0) }
        #expect(settings.allowedOrigins == Set(expected))
        #expect(settings.passwordMin == 8 && settings.loginAttempts == 100 && settings.hashConcurrency == 4)
        #expect(settings.argon2Memory == 46 << 20 && settings.argon2Time == 1 && settings.tokenCache == 1 << 20)
        #expect(settings.logLevel == .debug)
        #expect(settings.origins.values.allSatisfy { $0 != .byDefault })
    }

    @Test("The environment wins over the file, and each value knows where it came from")
    func environmentWins() throws {
        let settings = try Settings.read(
            text: minimal + "AUTH_ACCESS_TTL=5m\nAUTH_SIGNUP=closed\n", path: "a.conf",
            environment: [
                "AUTH_ACCESS_TTL": "1m", "PATH": "/bin", "AUTH_REQUIRE": "role:admin", "AUTH_REQUEST_ID": "x",
            ]
        ).get()
        #expect(settings.accessTTL == .seconds(60))
        #expect(settings.origins[.accessTTL] == .environment)
        #expect(settings.origins[.signup] == .file(path: "a.conf", line: 3))
        #expect(settings.origins[.keys] == .byDefault)
    }

    @Test("An empty variable takes an optional value of the file away")
    func emptyOverrides() throws {
        let settings = try Settings.read(
            text: minimal + "AUTH_COOKIE_DOMAIN=example.org\n", environment: ["AUTH_COOKIE_DOMAIN": ""]
        ).get()
        #expect(settings.cookieDomain == nil)
    }

    @Test("Every key says what it does and what it takes", arguments: SettingKey.allCases)
    func documented(_ key: SettingKey) {
        #expect(!key.meaning.isEmpty && !key.allowed.isEmpty)
        #expect(key.name.hasPrefix("AUTH_"))
    }
}

@Suite struct SettingsMistakeTests {
    private func messages(_ text: String, _ environment: [String: String] = [:]) -> [String] {
        switch Settings.read(text: text, path: "a.conf", environment: environment) {
        case .success: []
        case .failure(let errors): errors.messages
        }
    }

    @Test("Every mistake is told at once, each with its place and the values allowed")
    func allAtOnce() {
        let found = messages(
            """
            # a comment
            AUTH_ACCESS_TTL=15x
            AUTH_ACCES_TTL=15m

            AUTH_SIGNUP=maybe
            nonsense
            AUTH_KEYS=keys
            AUTH_KEYS=/keys
            """, ["AUTH_PASSWORD_MIN": "7", "AUTH_LOG_LEVEL": "loud"])
        let expected = [
            "a.conf:3: no such key: \"AUTH_ACCES_TTL\"; did you mean AUTH_ACCESS_TTL?",
            "a.conf:6: no KEY=value",
            "a.conf:8: AUTH_KEYS: already set in line 7 (allowed: an absolute path)",
            "AUTH_ISSUER: is not set"
                + " (allowed: an https URL without query or fragment, such as https://example.org)",
            "a.conf:2: AUTH_ACCESS_TTL: \"15x\" is not a duration"
                + " (allowed: a whole number and s, m, h or d, from 1s to 1d)",
            "a.conf:7: AUTH_KEYS: \"keys\" is not an absolute path (allowed: an absolute path)",
            "a.conf:5: AUTH_SIGNUP: \"maybe\" is not one of the values allowed (allowed: open, closed)",
            "environment: AUTH_PASSWORD_MIN: \"7\" is out of range (allowed: a whole number from 8 to 64)",
            "environment: AUTH_LOG_LEVEL: \"loud\" is not one of the values allowed"
                + " (allowed: error, warning, notice, info, debug)",
        ]
        #expect(Set(found) == Set(expected))
        #expect(found.count == expected.count)
    }

    @Test(
        "A value outside its key's range or form is a mistake",
        arguments: [
            "AUTH_ISSUER=", "AUTH_ISSUER=example.org", "AUTH_ISSUER=http://example.org",
            "AUTH_ISSUER=https://example.org/?a", "AUTH_ISSUER=https://example.org#a",
            "AUTH_ISSUER=https://u@example.org",
            "AUTH_ISSUER=https://exa mple.org", "AUTH_ISSUER=https://", "AUTH_ISSUER=https://example.org/\"",
            "AUTH_ISSUER=ftp://example.org", "AUTH_ISSUER=HTTPS://example.org", "AUTH_AUDIENCE=", "AUTH_AUDIENCE=a b",
            "AUTH_ALGORITHM=none", "AUTH_ALGORITHM=RS256", "AUTH_ACCESS=sessions", "AUTH_ACCESS=opaque",
            "AUTH_ACCESS_TTL=0s", "AUTH_ACCESS_TTL=25h", "AUTH_ACCESS_TTL=900", "AUTH_ACCESS_TTL=-1m",
            "AUTH_ACCESS_TTL=1.5h", "AUTH_ACCESS_TTL=1h30m", "AUTH_ACCESS_TTL=9223372036854775807d", "AUTH_ACCESS_TTL=",
            "AUTH_ACCESS_TTL=٣m", "AUTH_SESSION_TTL=401d", "AUTH_SESSION_IDLE=31d", "AUTH_REFRESH_GRACE=301s",
            "AUTH_KEYS=", "AUTH_KEYS=./keys", "AUTH_STORE=postgresql://u:p@h/db", "AUTH_STORE=sqlite://store.sqlite",
            "AUTH_STORE=mysql://h/db", "AUTH_RUNTIME=run", "AUTH_USERNAME=phone", "AUTH_LOGIN_PAGE=login",
            "AUTH_LOGIN_PAGE=//evil.example", "AUTH_LOGIN_PAGE=/login?x", "AUTH_LOGIN_PAGE=https://sso.example/",
            "AUTH_TOKEN_TYP=jwt+at", "AUTH_COOKIE_SECURE=maybe", "AUTH_COOKIE_SAMESITE=some",
            "AUTH_COOKIE_DOMAIN=.example.org", "AUTH_COOKIE_DOMAIN=example.org; Path=/x", "AUTH_ALLOWED_ORIGINS=*",
            "AUTH_ALLOWED_ORIGINS=https://a.example/", "AUTH_ALLOWED_ORIGINS=http://a.example",
            "AUTH_ALLOWED_ORIGINS=https://*.example", "AUTH_ALLOWED_ORIGINS=null", "AUTH_PASSWORD_MIN=65",
            "AUTH_PASSWORD_MIN=+15", "AUTH_ARGON2_MEMORY=19", "AUTH_ARGON2_MEMORY=6MiB", "AUTH_ARGON2_MEMORY=2GiB",
            "AUTH_ARGON2_MEMORY=19MB", "AUTH_ARGON2_TIME=0", "AUTH_ARGON2_TIME=17", "AUTH_HASH_CONCURRENCY=0",
            "AUTH_HASH_CONCURRENCY=1025", "AUTH_LOGIN_ATTEMPTS=0", "AUTH_LOGIN_ATTEMPTS=101", "AUTH_LOG_LEVEL=trace",
        ])
    func outOfRange(_ line: String) {
        let text = line.hasPrefix("AUTH_ISSUER") ? line : minimal + line
        #expect(messages(text).count == 1)
    }

    @Test(
        "Values at the end of each range are taken",
        arguments: [
            "AUTH_ACCESS_TTL=1s", "AUTH_ACCESS_TTL=24h", "AUTH_SESSION_TTL=400d", "AUTH_REFRESH_GRACE=5m",
            "AUTH_ARGON2_MEMORY=7MiB", "AUTH_ARGON2_MEMORY=1GiB", "AUTH_ARGON2_MEMORY=19456KiB",
            "AUTH_HASH_CONCURRENCY=1024", "AUTH_PASSWORD_MIN=64", "AUTH_COOKIE_SAMESITE=STRICT", "AUTH_COOKIE_DOMAIN=",
            "AUTH_ALLOWED_ORIGINS=", "AUTH_STORE=sqlite:///s",
            "AUTH_ALLOWED_ORIGINS=http://app.localhost:1 http://[::1]",
        ])
    func inRange(_ line: String) {
        #expect(messages(minimal + line) == [])
    }

    @Test(
        "Keys that contradict each other are a mistake",
        arguments: [
            "AUTH_COOKIE_SAMESITE=None\n", "AUTH_COOKIE_SECURE=off\nAUTH_COOKIE_DOMAIN=example.org\n",
            "AUTH_COOKIE_SECURE=off\nAUTH_COOKIE_SAMESITE=None\nAUTH_ALLOWED_ORIGINS=https://a.example\n",
            "AUTH_SESSION_IDLE=2d\nAUTH_SESSION_TTL=1d\n",
        ])
    func contradictions(_ lines: String) {
        #expect(messages(minimal + lines).count == 1)
    }

    @Test("An http issuer is for development without Secure")
    func plainIssuer() {
        #expect(messages("AUTH_ISSUER=http://localhost:8080\nAUTH_COOKIE_SECURE=off") == [])
        #expect(messages("AUTH_ISSUER=http://localhost:8080").count == 1)
    }

    @Test("What could hold a secret is never printed")
    func secrets() {
        for store in ["postgresql://u:hunter2@h/db", "mysql://u:hunter2@h/db"] {
            let found = messages(minimal + "AUTH_STORE=\(store)")
            #expect(found.count == 1)
            #expect(!found.joined().contains("hunter2"))
        }
        #expect(messages(minimal + "AUTH_STORE=postgresql://h/db")[0].contains("not available in this version"))
    }

    @Test("A message holds no line feed or escape of the value's, and not all of a long one")
    func messagesAreOneLine() {
        let found = messages(minimal, ["AUTH_SIGNUP": "a\nb\u{1B}[2J" + String(repeating: "x", count: 1000)])
        #expect(found.count == 1)
        #expect(!found[0].contains("\n") && !found[0].contains("\u{1B}") && found[0].count < 300)
    }
}
