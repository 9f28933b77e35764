import Passwords
import Settings

extension Installation {
    /// Asks for a new password, holds it to the rules that visitors are held to, and hashes it.
    /// - Returns: a PHC string.
    func newDigest() throws -> String {
        guard
            let parameters = Argon2Parameters(memoryKiB: settings.argon2Memory / 1024, time: settings.argon2Time)
        else { throw Refusal("AUTH_ARGON2_MEMORY or AUTH_ARGON2_TIME is more than a digest may cost") }
        switch PasswordRules(minimum: settings.passwordMin).normalize(try PasswordInput.read()) {
        case .success(let password): return try PasswordHasher(parameters: parameters).hash(password)
        case .failure(let refusal): throw Refusal("the password \(refusal.detail)")
        }
    }
}
