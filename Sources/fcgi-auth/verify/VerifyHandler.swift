import Authentication
import Events
import HTTP
import Identity
import Tokens

/// Answers nginx's `auth_request`: 204 and who it is, 401, or 403. Reads the verification keys and
/// the revocation journal; opens nothing else.
final class VerifyHandler {
    private let access: AccessCheck
    private let answer: SubrequestAnswer
    private let clock: WallClock
    private let log: EventLog
    /// What fails for every request is said once a second.
    private var lastComplaint = Timestamp(seconds: 0)

    init(access: AccessCheck, answer: SubrequestAnswer, clock: @escaping WallClock, log: EventLog) {
        self.access = access
        self.answer = answer
        self.clock = clock
        self.log = log
    }

    func respond(_ request: Request) -> Response {
        let now = clock()
        let verdict = access.judge(request, at: now)
        if let problem = access.keysProblem { complain(.keysUnavailable, problem, at: now) }
        switch verdict {
        case .admitted(let token): return admit(token.identity, request)
        case .refused(let refusal):
            log.record(.accessRefused, request: request.value(.authRequestID), ["reason": refusal.code])
            return answer.challenge(request, reason: refusal.code, sentToken: refusal != .noToken)
        case .unavailable:
            complain(.revocationsUnavailable, "the journal is missing or damaged", at: now)
            return answer.unavailable()
        }
    }

    private func complain(_ event: Event, _ reason: String, at now: Timestamp) {
        guard now - lastComplaint >= .seconds(1) || now < lastComplaint else { return }
        lastComplaint = now
        log.record(event, ["reason": reason])
    }

    private func admit(_ identity: Identity, _ request: Request) -> Response {
        guard let policy = AccessPolicy(request) else {
            log.record(.policyNotUnderstood, request: request.requestID())
            return answer.forbidden(reason: "policy_not_understood")
        }
        guard policy.admits(identity) else {
            log.record(
                .accessRefused, request: request.value(.authRequestID), account: identity.account,
                ["reason": "insufficient_role"])
            return answer.forbidden(reason: "insufficient_role")
        }
        return answer.admitted(identity)
    }
}
