public import Passwords
public import Secrets

/// What a new password must be: long enough, none that everybody uses, none that the account's or
/// the site's name gives away, and not guessed in a million tries. No composition rules
/// (NIST SP 800-63B-4 section 3.1.1.2, ASVS v5.0.0-6.2).
///
/// The cheap questions come first, and none of them needs a hash.
public struct NewPasswordRules: Sendable {
    private let length: PasswordRules
    private let site: String

    /// Weaker passwords are refused; in bits. 10^6 guesses.
    static let minimumBits = 20.0

    /// - Parameters:
    ///   - minimum: in code points.
    ///   - issuer: the URL that the site is known by.
    public init(minimum: Int, issuer: String) {
        length = PasswordRules(minimum: minimum)
        site = Self.host(issuer)
    }

    /// The form in which a new password is hashed, or why it is refused.
    /// - Parameter names: the account's user name and e-mail address, as far as they are known.
    public func normalize(_ raw: SecretBytes, names: [String]) -> Result<SecretBytes, PasswordRefusal> {
        length.normalize(raw).flatMap { password in
            if let refusal = refusal(of: password, names) { .failure(refusal) } else { .success(password) }
        }
    }

    /// How a password would fare, for whoever is just typing it. What is refused scores 1 at most, so that
    /// no meter praises a password that can't be had.
    public func strength(of raw: SecretBytes, names: [String]) -> PasswordStrength {
        let normalized: SecretBytes
        switch length.normalize(raw) {
        case .success(let password): normalized = password
        case .failure(let refusal): return PasswordStrength(score: 0, refusal: refusal)
        }
        let refusal = refusal(of: normalized, names)
        let words = PersonalWords(names: names, site: site)
        let bits = normalized.withUnsafeBytes {
            StrengthEstimate(of: $0, words: words, enough: PasswordStrength.mostBits).bits
        }
        let score = PasswordStrength.score(bits)
        return PasswordStrength(score: refusal == nil ? max(score, 2) : min(score, 1), refusal: refusal)
    }

    private func refusal(of password: SecretBytes, _ names: [String]) -> PasswordRefusal? {
        guard let folded = PasswordRules.caseFolded(password) else { return .notUTF8 }
        if folded.withUnsafeBytes(CommonPasswords.contains) { return .tooCommon }
        let words = PersonalWords(names: names, site: site)
        if folded.withUnsafeBytes(words.makeUp) { return .tooSimilar }
        let strength = password.withUnsafeBytes {
            StrengthEstimate(of: $0, words: words, enough: Self.minimumBits)
        }
        return strength.bits < Self.minimumBits ? .tooWeak(strength.patterns) : nil
    }

    private static func host(_ url: String) -> String {
        let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
        return String(rest.prefix { $0 != "/" && $0 != ":" })
    }
}
