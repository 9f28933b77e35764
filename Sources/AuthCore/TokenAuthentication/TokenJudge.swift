public import Authentication
import Events
public import Identity
import Revocations
public import Secrets
public import Settings
public import Tokens

/// Judges access tokens that are JWTs (`AUTH_ACCESS=jwt`): signature and claims, then the revocation
/// journal. It reads no database and holds nothing that could sign, except for HS256, whose one key
/// does both.
///
/// For one thread: keys and journal are followed without a lock.
public final class TokenJudge: AccessJudge {
    private let keys: KeySetFile
    private let verifier: TokenVerifier
    private let revocations: RevocationReader
    private var keysGeneration = 0
    private var journalIsMissing = false

    /// Throws where there are no keys to verify with. The journal may still be missing: until it is
    /// there, every verdict is `unavailable`.
    public init(_ settings: Settings) throws(SecretFileProblem) {
        keys = try SecretFileProblem.naming(settings.keys + "/verify.json") { try KeySetFile(path: $0) }
        verifier = TokenVerifier(policy: AccessTokenPolicy(settings), keys: keys)
        revocations = RevocationReader(path: RevocationJournal.path(in: settings.runtime))
    }

    /// The journal is missing, or keys that changed can't be used, while those from before are.
    public var complaint: AccessComplaint? {
        if journalIsMissing { return (.revocationsUnavailable, "the journal is missing or damaged") }
        return keys.problem.map { (.keysUnavailable, $0.description) }
    }

    public func judge(_ text: String, at now: Timestamp) -> AccessVerdict {
        do {
            try revocations.refresh()
            journalIsMissing = false
        } catch {
            journalIsMissing = true
            return .unavailable
        }
        if revocations.keysGeneration != keysGeneration {
            keysGeneration = revocations.keysGeneration
            keys.reloadNow()
        }
        do {
            let token = try verifier.verify(text, at: now)
            let isRevoked = revocations.isRevoked(
                session: token.identity.session, account: token.identity.account, epoch: token.epoch)
            return isRevoked ? .refused(.revoked) : .admitted(token.identity)
        } catch {
            return .refused(.token(code: error.code))
        }
    }
}

extension AccessTokenPolicy {
    /// The policy that all programs of a site share.
    public init(_ settings: Settings) {
        self.init(
            issuer: settings.issuer, audience: settings.audience, typ: settings.tokenTyp, lifetime: settings.accessTTL)
    }
}
