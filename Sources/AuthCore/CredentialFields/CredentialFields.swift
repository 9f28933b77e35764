public import Endpoints
public import Passwords
public import Secrets
public import Settings
public import Usernames

/// The fields that name an account and prove or set its password.
extension FieldReader {
    /// The name as it was typed. Where names are e-mail addresses it may be sent as `email`.
    public mutating func usernameText(_ kind: UsernameKind) -> String? {
        if kind == .email, let email = optionalString("email") { return email }
        return string("username")
    }

    /// The name for a new account.
    public mutating func username(_ kind: UsernameKind) -> Username? {
        guard let text = usernameText(kind) else { return nil }
        do {
            return try Username(text, kind)
        } catch {
            refuse("username", error.code, error.detail)
            return nil
        }
    }

    /// The contact address of a new account, if one was sent.
    public mutating func email() -> String? {
        guard let text = optionalString("email") else { return nil }
        do {
            return try EmailAddress(text).text
        } catch {
            refuse("email", error.code, error.detail)
            return nil
        }
    }

    /// A password to be set, in the form in which it is hashed.
    /// - Parameter normalize: the rules it is held to.
    public mutating func newPassword(
        _ name: String, by normalize: (SecretBytes) -> Result<SecretBytes, PasswordRefusal>
    ) -> SecretBytes? {
        guard let raw = secret(name) else { return nil }
        switch normalize(raw) {
        case .success(let password): return password
        case .failure(let refusal):
            refuse(name, refusal.code, refusal.detail)
            return nil
        }
    }
}

extension PasswordHashingError: OverloadError {
    public var retryAfter: Int? {
        if case .gateFull(let seconds) = self { seconds } else { nil }
    }
}

extension Argon2Parameters {
    /// What new digests cost here; one lane, so that hashing needs no further thread.
    public init(_ settings: Settings) {
        // The settings' bounds lie within those of Argon2Parameters.
        self = Argon2Parameters(memoryKiB: settings.argon2Memory / 1024, time: settings.argon2Time) ?? .standard
    }
}

extension Username {
    /// The canonical form of a name, by the site's choice of what names are.
    public init(_ text: String, _ kind: UsernameKind) throws(UsernameRefusal) {
        switch kind {
        case .any: self = try Username(any: text)
        case .email: self = try Username(email: text)
        }
    }
}
