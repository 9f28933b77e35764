public import Secrets

/// Makes and checks the digests of passwords, with the parameters in force now.
///
/// Passwords come in the form that `PasswordRules` gives. Every check costs a whole hash, whether
/// or not there is an account: time must not tell (OWASP ASVS 6.3.8). A hash takes 19 MiB by default
/// for as long as it works; how many work at a time is for the admission to bound (ASVS 15.2.2).
public struct PasswordHasher: Sendable {
    /// What a check came to.
    public enum Verdict: Equatable, Sendable {
        /// The right password; `needsRehash` when the digest is weaker than those made today.
        case match(needsRehash: Bool)
        /// Another password.
        case mismatch
        /// The stored string is no digest we make: nobody can log in with it. The answer to the
        /// visitor is that of a mismatch, and it took as long; the log should tell.
        case unreadable
    }

    public let parameters: Argon2Parameters

    /// In bytes; RFC 9106 section 3.1 recommends 16.
    static let saltLength = 16
    /// In bytes.
    static let tagLength = 32

    /// The digest of nobody's password: random, so that nothing matches it.
    private let nobody: PHCString

    private let admission: any HashAdmission

    public init(parameters: Argon2Parameters, admission: any HashAdmission = ImmediateAdmission()) {
        self.parameters = parameters
        self.admission = admission
        nobody = PHCString(
            parameters: parameters, salt: randomBytes(Self.saltLength), tag: .random(count: Self.tagLength))
    }

    /// A digest of the password under a fresh salt, as a PHC string.
    public func hash(_ password: SecretBytes) throws(PasswordHashingError) -> String {
        let salt = randomBytes(Self.saltLength)
        let parameters = parameters
        let tag = try admitted(memory: parameters.memoryBytes) { () throws(PasswordHashingError) in
            try Argon2id.tag(of: password, salt: salt, parameters: parameters, length: Self.tagLength)
        }
        return PHCString(parameters: parameters, salt: salt, tag: tag).serialized()
    }

    /// Whether the stored digest is that of the password.
    ///
    /// - Throws: when the machine could not tell; that is no mismatch.
    public func verify(_ password: SecretBytes, against stored: String) throws(PasswordHashingError) -> Verdict {
        guard let digest = PHCString(stored) else {
            try verifyNobody(password)
            return .unreadable
        }
        guard try matches(password, digest) else { return .mismatch }
        return .match(needsRehash: needsRehash(digest))
    }

    /// The work of `verify` for a name that no account has; there is no answer to it.
    public func verifyNobody(_ password: SecretBytes) throws(PasswordHashingError) {
        _ = try matches(password, nobody)
    }

    private func matches(_ password: SecretBytes, _ digest: PHCString) throws(PasswordHashingError) -> Bool {
        let tag = try admitted(memory: digest.parameters.memoryBytes) { () throws(PasswordHashingError) in
            try Argon2id.tag(
                of: password, salt: digest.salt, parameters: digest.parameters, length: digest.tag.count)
        }
        return constantTimeEquals(tag, digest.tag)
    }

    /// The one way to a computation, of whatever algorithm; `memory` is what it takes, in bytes.
    func admitted<Outcome: Sendable>(
        memory: Int, _ computation: @escaping @Sendable () throws(PasswordHashingError) -> Outcome
    ) throws(PasswordHashingError) -> Outcome {
        try admission.admit(memory: memory, computation)
    }

    private func needsRehash(_ digest: PHCString) -> Bool {
        digest.parameters.isWeaker(than: parameters) || digest.salt.count != Self.saltLength
            || digest.tag.count != Self.tagLength
    }
}
