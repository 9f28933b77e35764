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
        switch begin(text, at: now) {
        case .verdict(let verdict): return verdict
        case .unverified(let token):
            do {
                return conclude(try token.verify(at: now))
            } catch {
                return .refused(.token(code: error.code))
            }
        }
    }

    /// What can be said before the signature is checked, which takes longer than all the rest.
    public enum Beginning {
        case verdict(AccessVerdict)
        case unverified(UnverifiedToken)
    }

    /// The first half of a judgement.
    public func begin(_ text: String, at now: Timestamp) -> Beginning {
        guard catchUp(at: now) else { return .verdict(.unavailable) }
        do {
            return .unverified(try verifier.read(Array(text.utf8), at: now))
        } catch {
            return .verdict(.refused(.token(code: error.code)))
        }
    }

    /// The second half, once the token has been verified: what was revoked meanwhile counts.
    public func conclude(_ token: AccessToken) -> AccessVerdict {
        guard catchUpWithJournal() else { return .unavailable }
        let identity = token.identity
        return isRevoked(identity.session, identity.account, token.epoch) ? .refused(.revoked) : .admitted(identity)
    }

    /// Takes in what the journal and the file of keys say now. False where nobody can be let in.
    public func catchUp(at now: Timestamp) -> Bool {
        guard catchUpWithJournal() else { return false }
        keys.follow(at: now)
        return true
    }

    /// Another number as soon as other keys are in force.
    public var keyGeneration: Int { keys.generation }

    /// Whether tokens of this session, account and epoch are void, as of the last time it caught up.
    public func isRevoked(_ session: SessionID, _ account: AccountID, _ epoch: Int64) -> Bool {
        revocations.isRevoked(session: session, account: account, epoch: epoch)
    }

    private func catchUpWithJournal() -> Bool {
        do {
            try revocations.refresh()
            journalIsMissing = false
        } catch {
            journalIsMissing = true
            return false
        }
        if revocations.keysGeneration != keysGeneration {
            keysGeneration = revocations.keysGeneration
            keys.reloadNow()
        }
        return true
    }
}

extension AccessTokenPolicy {
    /// The policy that all programs of a site share.
    public init(_ settings: Settings) {
        self.init(
            issuer: settings.issuer, audience: settings.audience, typ: settings.tokenTyp, lifetime: settings.accessTTL)
    }
}
