public import HTTP
public import Identity
import Revocations
public import Secrets
public import Settings
public import Tokens

/// Decides whether a request's access token lets it in: token, then revocation journal. It reads no
/// database and holds nothing that could sign, except for HS256, whose one key does both.
///
/// For one thread: keys and journal are followed without a lock.
public final class AccessCheck {
    private let cookieName: String
    private let keys: KeySetFile
    private let verifier: TokenVerifier
    private let revocations: RevocationReader
    private var keysGeneration = 0

    /// Throws where there are no keys to verify with. The journal may still be missing: until it is
    /// there, every verdict is `unavailable`.
    public init(_ settings: Settings, cookies: CookieNames) throws(SecretFileProblem) {
        cookieName = cookies.access
        keys = try SecretFileProblem.naming(settings.keys + "/verify.json") { try KeySetFile(path: $0) }
        verifier = TokenVerifier(policy: AccessTokenPolicy(settings), keys: keys)
        revocations = RevocationReader(path: RevocationJournal.path(in: settings.runtime))
    }

    /// Why the keys that changed can't be used, while those from before are.
    public var keysProblem: String? { keys.problem?.description }

    /// The verdict on a request, at this moment.
    public func judge(_ request: Request, at now: Timestamp) -> AccessVerdict {
        switch Credential(request, cookieName: cookieName) {
        case .absent: .refused(.noToken)
        case .conflictingCookies: .refused(.conflictingCookies)
        case .malformedAuthorization: .refused(.malformedAuthorization)
        case .cookie(let token), .bearer(let token): judge(token: token, at: now)
        }
    }

    private func judge(token text: String, at now: Timestamp) -> AccessVerdict {
        do {
            try revocations.refresh(at: now)
        } catch {
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
            return isRevoked ? .refused(.revoked) : .admitted(token)
        } catch {
            return .refused(.token(error))
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
