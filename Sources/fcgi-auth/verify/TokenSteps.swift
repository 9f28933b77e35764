import Authentication
import FastCGI
import FastCGIRecords
import HTTP
import Identity
import Synchronization
import TokenAuthentication
import Tokens

/// Answers nginx's `auth_request` on the server's own thread: at once where the token was verified
/// before, and otherwise when another thread has checked its signature. So a flood of forged tokens
/// holds up nobody who is known.
///
/// A known token is asked about each time all the same: the time, the keys, the journal, the policy.
final class TokenSteps: StepwiseHandler {
    private let judge: TokenJudge
    private let handler: VerifyHandler
    private let answer: SubrequestAnswer
    private let cookieName: String
    private let plain: PlainCredential
    private let clock: WallClock

    private let known: VerifiedTokens
    /// The keys that all known tokens were verified with.
    private var keyGeneration = 0

    init(
        judge: TokenJudge, handler: VerifyHandler, answer: SubrequestAnswer, cookieName: String,
        memory byteLimit: Int, clock: @escaping WallClock
    ) {
        self.judge = judge
        self.handler = handler
        self.answer = answer
        self.cookieName = cookieName
        self.clock = clock
        plain = PlainCredential(cookieName: cookieName)
        known = VerifiedTokens(byteLimit: byteLimit)
    }

    // MARK: Known tokens

    func answerIfKnown(_ request: CompleteRequest, _ send: (UnsafeRawBufferPointer) -> Void) -> Bool {
        var parameters = PlainParameters()
        request.forEachParameter { parameters.take($0, $1) }
        guard let token = parameters.token(by: plain) else { return false }
        let now = clock()
        guard judge.catchUp(at: now), let found = find(token, at: now), admits(found, parameters.policy) else {
            return false
        }
        handler.complainIfDue(at: now)
        send(found.answer)
        return true
    }

    /// A token that was verified with the keys in force and is good now. The judge must have caught up.
    private func find(_ token: UnsafeRawBufferPointer, at now: Timestamp) -> VerifiedToken? {
        forgetUnderOtherKeys()
        guard let found = known.find(token), found.isUsable(at: now),
            !judge.isRevoked(found.session, found.account, found.epoch)
        else { return nil }
        return found
    }

    private func forgetUnderOtherKeys() {
        guard keyGeneration != judge.keyGeneration else { return }
        known.removeAll()
        keyGeneration = judge.keyGeneration
    }

    private func admits(_ found: VerifiedToken, _ policy: UnsafeRawBufferPointer?) -> Bool {
        guard let policy, !policy.isEmpty else { return true }
        return AccessPolicy(String(decoding: policy, as: UTF8.self))?.admits(found.identity) ?? false
    }

    // MARK: All others

    func begin(_ request: Request) -> Step {
        if let token = plain.token(in: request) { return begin(request, token, at: clock()) }
        return switch Credential(request, cookieName: cookieName) {
        case .cookie(let token), .bearer(let token): begin(request, token, at: clock())
        case .absent, .conflictingCookies, .malformedAuthorization: .answer(handler.respond(request))
        }
    }

    private func begin(_ request: Request, _ token: String, at now: Timestamp) -> Step {
        var text = token
        // Known, but not what the location asks for, or not plainly sent.
        if judge.catchUp(at: now), let found = text.withUTF8({ find(UnsafeRawBufferPointer($0), at: now) }) {
            return .answer(handler.respond(request, .admitted(found.identity), at: now))
        }
        switch judge.begin(token, at: now) {
        case .verdict(let verdict): return .answer(handler.respond(request, verdict, at: now))
        case .unverified(let unverified):
            let (finding, generation) = (Finding(), judge.keyGeneration)
            return .compute({ finding.verify(unverified, at: now) }) { [self] in
                conclude(request, token, finding.result, verifiedBy: generation)
            }
        }
    }

    private func conclude(
        _ request: Request, _ token: String, _ result: Result<AccessToken, TokenRefusal>?, verifiedBy generation: Int
    ) -> Response {
        let now = clock()
        switch result {
        case .success(let verified):
            let verdict = judge.conclude(verified)
            if case .admitted(let identity) = verdict { remember(token, verified, identity, verifiedBy: generation) }
            return handler.respond(request, verdict, at: now)
        case .failure(let refusal):
            return handler.respond(request, .refused(.token(code: refusal.code)), at: now)
        case nil: return answer.unavailable()
        }
    }

    private func remember(_ token: String, _ verified: AccessToken, _ identity: Identity, verifiedBy generation: Int) {
        forgetUnderOtherKeys()
        guard generation == keyGeneration else { return }
        let bytes = answer.admitted(identity).cgiBytes()
        var token = token
        token.withUTF8 { known.insert(UnsafeRawBufferPointer($0), verified, answer: bytes) }
    }

    func overloaded(_ request: Request) -> Response { answer.unavailable() }
}

/// What the thread that checks a signature passes on.
private final class Finding: Sendable {
    private let found = Mutex<Result<AccessToken, TokenRefusal>?>(nil)

    var result: Result<AccessToken, TokenRefusal>? { found.withLock { $0 } }

    func verify(_ token: UnverifiedToken, at now: Timestamp) {
        let result: Result<AccessToken, TokenRefusal>
        do {
            result = .success(try token.verify(at: now))
        } catch {
            result = .failure(error)
        }
        found.withLock { $0 = result }
    }
}

/// The parameters that a known token's answer depends on, where each came at most once.
private struct PlainParameters {
    private var cookie: UnsafeRawBufferPointer?
    private var authorization: UnsafeRawBufferPointer?
    private(set) var policy: UnsafeRawBufferPointer?
    private var isPlain = true

    mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        switch RequestParameter.named(name) {
        case .cookie: isPlain = Self.set(&cookie, value) && isPlain
        case .authorization: isPlain = Self.set(&authorization, value) && isPlain
        case .authRequire: isPlain = Self.set(&policy, value) && isPlain
        default: break
        }
    }

    func token(by plain: PlainCredential) -> UnsafeRawBufferPointer? {
        guard isPlain else { return nil }
        let token =
            authorization.map { plain.token(inAuthorization: $0) } ?? cookie.flatMap { plain.token(inCookie: $0) }
        guard let token, token.count <= TokenVerifier.maximumTokenBytes else { return nil }
        return token
    }

    /// False where there was a value already.
    private static func set(_ place: inout UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer) -> Bool {
        defer { place = value }
        return place == nil
    }
}
