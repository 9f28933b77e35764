public import Secrets

/// How long a new password must be, in code points after NFC, and the forms in which passwords are
/// hashed and compared. No trimming, no truncation (NIST SP 800-63B-4 section 3.1.1.2).
public struct PasswordRules: Sendable {
    /// Shortest password, in code points.
    public let minimum: Int

    /// Longest password, in code points.
    public static let maximum = 256

    /// Shortest minimum an admin can ask for, in code points.
    public static let floor = 8

    /// Longest password that is looked at, in bytes before NFC. NFC never needs sixteen bytes to
    /// make one code point of ordinary text, so no password within the limits is refused.
    public static let maximumBytes = 16 * maximum

    /// - Parameter minimum: in code points; less than `floor` counts as `floor`.
    public init(minimum: Int) {
        self.minimum = max(minimum, Self.floor)
    }

    /// The form in which a new password is hashed, or why it is refused.
    public func normalize(_ raw: SecretBytes) -> Result<SecretBytes, PasswordRefusal> {
        guard raw.count <= Self.maximumBytes else { return .failure(.tooLong(maximum: Self.maximum)) }
        guard let password = NormalizedPassword(raw) else { return .failure(.notUTF8) }
        if password.codePoints < minimum { return .failure(.tooShort(minimum: minimum)) }
        if password.codePoints > Self.maximum { return .failure(.tooLong(maximum: Self.maximum)) }
        return .success(password.bytes)
    }

    /// The form in which a password is checked against a digest: the rules of today must not shut
    /// out the passwords of yesterday. Nil for what no stored password can be (not UTF-8, or too
    /// long to look at): then a check still takes its time.
    public static func forVerification(_ raw: SecretBytes) -> SecretBytes? {
        guard raw.count <= maximumBytes else { return nil }
        return NormalizedPassword(raw)?.bytes
    }

    /// The form in which a password is compared with words: case-folded and in NFC. Never hashed.
    /// - Parameter password: at most `maximumBytes`; nil when it is not UTF-8.
    public static func caseFolded(_ password: SecretBytes) -> SecretBytes? {
        NormalizedPassword(password, caseFolded: true)?.bytes
    }
}
