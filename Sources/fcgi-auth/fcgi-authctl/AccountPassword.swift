import PasswordStrength
import Passwords
import Settings

extension Installation {
    /// Asks for a new password, holds it to the rules that visitors are held to, and hashes it.
    /// - Parameter names: the account's user name and e-mail address.
    /// - Returns: a PHC string.
    func newDigest(names: [String?]) throws -> String {
        guard
            let parameters = Argon2Parameters(memoryKiB: settings.argon2Memory / 1024, time: settings.argon2Time)
        else { throw Refusal("AUTH_ARGON2_MEMORY or AUTH_ARGON2_TIME is more than a digest may cost") }
        let rules = NewPasswordRules(minimum: settings.passwordMin, issuer: settings.issuer)
        switch rules.normalize(try PasswordInput.read(), names: names.compactMap(\.self)) {
        case .success(let password): return try PasswordHasher(parameters: parameters).hash(password)
        case .failure(let refusal): throw Refusal("the password \(refusal.detail)")
        }
    }
}
