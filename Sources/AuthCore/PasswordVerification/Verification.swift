public import Passwords
public import Secrets

/// What a check of a password came to.
public enum Verdict: Equatable, Sendable {
    /// The right password; `needsRehash` when the digest is not of the kind, or weaker than, those made today.
    case match(needsRehash: Bool)
    /// Another password, or an account that has none.
    case mismatch
    /// The stored string is none that can be checked against: nobody can log in with it. The answer to the
    /// visitor is that of a mismatch; the log should tell.
    case unreadable
}

/// Checks of passwords as they were typed. Each costs what the stored digest costs, whatever it comes to,
/// and a whole hash of today's where there is none: time must not tell (OWASP ASVS 6.3.8).
extension PasswordHasher {
    /// Whether the stored digest is that of the password.
    ///
    /// Ours are made of NFC, those from elsewhere of what was typed there: where the two differ, both are
    /// tried, the second also when the first was right.
    /// - Parameter stored: nil for an account without a password.
    /// - Throws: when the machine could not tell; that is no mismatch.
    public func verify(_ typed: SecretBytes, against stored: String?) throws(PasswordHashingError) -> Verdict {
        guard let stored else {
            _ = try matches(typed, .argon2(nobody))
            return .mismatch
        }
        guard let digest = try? StoredDigest(stored) else {
            _ = try matches(typed, .argon2(nobody))
            return .unreadable
        }
        return try matches(typed, digest) ? .match(needsRehash: needsRehash(digest)) : .mismatch
    }

    /// The work of `verify` for a name that no account has; there is no answer to it.
    /// - Parameter stored: another account's digest, so that the time is one that some account's login takes.
    public func imitate(_ typed: SecretBytes, against stored: String?) throws(PasswordHashingError) {
        _ = try verify(typed, against: stored)
    }

    private func matches(_ typed: SecretBytes, _ digest: StoredDigest) throws(PasswordHashingError) -> Bool {
        guard let normalized = PasswordRules.forVerification(typed) else {
            // Not text, or too long: no stored password is like that. It costs one check all the same.
            let part = typed.withUnsafeBytes { SecretBytes(copying: $0.prefix(PasswordRules.maximumBytes)) }
            _ = try computes(digest, from: part)
            return false
        }
        let isNormalized = constantTimeEquals(typed, normalized)
        let asNormalized = try computes(digest, from: normalized)
        let asTyped = isNormalized ? false : try computes(digest, from: typed)
        return asNormalized || asTyped
    }

    private func computes(_ digest: StoredDigest, from password: SecretBytes) throws(PasswordHashingError) -> Bool {
        try admitted(memory: digest.memoryKiB * 1024) { () throws(PasswordHashingError) in
            switch digest {
            case .argon2(let digest): try Argon2.matches(password, digest)
            case .crypt(let digest): try CryptDigest.matches(password, digest)
            case .md5Crypt(let digest): try MD5CryptDigest.matches(password, digest)
            case .pbkdf2(let digest): try PBKDF2Digest.matches(password, digest)
            }
        }
    }
}

extension Argon2 {
    fileprivate static func matches(_ password: SecretBytes, _ digest: PHCString) throws(PasswordHashingError) -> Bool {
        let tag = try tag(
            digest.variant, digest.version, of: password, salt: digest.salt, parameters: digest.parameters,
            length: digest.tag.count)
        return constantTimeEquals(tag, digest.tag)
    }
}
