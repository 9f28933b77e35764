public import Secrets

/// Makes the digests of passwords, with the parameters in force now. `PasswordVerification` checks them.
///
/// Passwords to be set come in the form that `PasswordRules` gives. A hash takes 19 MiB by default for as
/// long as it works; how many work at a time is for the admission to bound (ASVS 15.2.2).
public struct PasswordHasher: Sendable {
    public let parameters: Argon2Parameters

    /// In bytes; RFC 9106 section 3.1 recommends 16.
    package static let saltLength = 16
    /// In bytes.
    package static let tagLength = 32

    /// The digest of nobody's password: random, so that nothing matches it.
    package let nobody: PHCString

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
            try Argon2.tag(of: password, salt: salt, parameters: parameters, length: Self.tagLength)
        }
        return PHCString(parameters: parameters, salt: salt, tag: tag).serialized()
    }

    /// The one way to a computation, of whatever algorithm; `memory` is what it takes, in bytes.
    package func admitted<Outcome: Sendable>(
        memory: Int, _ computation: @escaping @Sendable () throws(PasswordHashingError) -> Outcome
    ) throws(PasswordHashingError) -> Outcome {
        try admission.admit(memory: memory, computation)
    }

    /// Whether a digest of today would be another kind, or a stronger one.
    package func needsRehash(_ digest: StoredDigest) -> Bool {
        guard case .argon2(let digest) = digest, digest.isOurs else { return true }
        return digest.parameters.isWeaker(than: parameters) || digest.salt.count != Self.saltLength
            || digest.tag.count != Self.tagLength
    }
}
