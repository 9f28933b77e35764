public import Passwords

/// What `NewPasswordRules` say of a password before it is sent to be kept.
public struct PasswordStrength: Equatable, Sendable {
    /// 0 to 4, by the guesses it stands: up to 10^3, 10^6, 10^8, 10^10, more. From 2 on it is accepted.
    public let score: Int
    public let refusal: PasswordRefusal?

    /// Above the last step nothing is told apart; in bits.
    static let mostBits = steps[3]

    /// In bits; the second is where `NewPasswordRules` draw their line.
    private static let steps = [9.97, NewPasswordRules.minimumBits, 26.58, 33.22]

    static func score(_ bits: Double) -> Int {
        steps.prefix { bits >= $0 }.count
    }
}
