public import Events
public import HTTP

/// Where accounts and sessions are kept.
public enum StoreLocation: Equatable, Sendable {
    /// An absolute path.
    case sqlite(path: String)
}

/// What the access cookie holds.
public enum AccessKind: String, Sendable {
    /// A signed token, which is checked without a database.
    case jwt
    /// An opaque id, which is looked up in the store.
    case session
}

/// What a user name may be.
public enum UsernameKind: String, Sendable {
    case any
    case email
}

/// Whether visitors may make accounts.
public enum SignupPolicy: String, Sendable {
    case open
    case closed
}

/// Everything the admin decided, checked. Holds no secret: keys are files in `keys`.
public struct Settings: Sendable {
    /// Where the configuration is looked for when no file is named; it may be missing there.
    public static let defaultFile = "/etc/fcgi-auth/fcgi-auth.conf"

    /// The URL this site is known by, exactly as written: `iss` is compared byte by byte.
    public let issuer: String
    public let audience: String
    /// The JWS name for new keys: `EdDSA`, `ES256` or `HS256`.
    public let algorithm: String
    public let access: AccessKind
    public let accessTTL: Duration
    public let sessionIdle: Duration
    public let sessionTTL: Duration
    public let refreshGrace: Duration
    /// Directory of the keys; no slash at its end.
    public let keys: String
    public let store: StoreLocation
    /// Directory of sockets and the revocation journal; no slash at its end.
    public let runtime: String
    public let usernameKind: UsernameKind
    public let loginPage: String
    /// `at+jwt` or `JWT`.
    public let tokenTyp: String
    public let cookieSecure: Bool
    public let cookieSameSite: SameSite
    public let cookieDomain: String?
    public let allowedOrigins: Set<Origin>
    public let signup: SignupPolicy
    /// In code points.
    public let passwordMin: Int
    /// In bytes; a whole number of KiB.
    public let argon2Memory: Int
    public let argon2Time: Int
    /// nil to go by the machine.
    public let hashConcurrency: Int?
    /// In bytes; how much verify may keep of tokens that it has verified.
    public let tokenCache: Int
    public let loginAttempts: Int
    public let logLevel: LogLevel

    /// The names and attributes of both cookies, made of the three keys for them.
    public let cookies: CookiePolicy

    /// Where each value came from.
    public let origins: [SettingKey: SettingOrigin]
}

extension Settings {
    /// Reads the configuration; the environment wins over the file.
    ///
    /// - Parameters:
    ///   - file: must exist when it is named.
    ///   - environment: the process's variables; those that are no key of ours are ignored.
    /// - Returns: the settings, or every mistake at once.
    public static func load(
        file: String?, environment: [String: String], defaultFile: String = defaultFile
    ) -> Result<Settings, SettingsErrors> {
        let path = file ?? defaultFile
        var contents = SettingsFile.load(path: path)
        if contents == nil, file != nil { contents = SettingsFile(path: path, unreadable: "no such file") }
        return read(SettingsReader(file: contents, path: path, environment: environment))
    }

    /// Reads a configuration from its text, as `load` does from its file.
    static func read(
        text: String, path: String = "fcgi-auth.conf", environment: [String: String] = [:]
    ) -> Result<Settings, SettingsErrors> {
        let file = SettingsFile(parsing: Array(text.utf8), path: path)
        return read(SettingsReader(file: file, path: path, environment: environment))
    }

    private static func read(_ reader: SettingsReader) -> Result<Settings, SettingsErrors> {
        var reader = reader
        guard let settings = Settings(&reader), reader.mistakes.isEmpty else {
            return .failure(SettingsErrors(mistakes: reader.mistakes))
        }
        return .success(settings)
    }
}
