import Authentication
import Events
import HTTP
import Identity
import Tokens

/// Answers nginx's `auth_request`: 204 and who it is, 401, or 403. Reads the verification keys and
/// the revocation journal; opens nothing else.
struct VerifyHandler {
    let access: AccessCheck
    let answer: SubrequestAnswer
    let clock: WallClock
    let log: EventLog

    func respond(_ request: Request) -> Response {
        switch access.judge(request, at: clock()) {
        case .admitted(let token): return admit(token.identity, request)
        case .refused(let refusal):
            return answer.challenge(request, reason: refusal.code, sentToken: refusal != .noToken)
        case .unavailable:
            log.record(.revocationsUnavailable, request: request.requestID())
            return answer.unavailable()
        }
    }

    private func admit(_ identity: Identity, _ request: Request) -> Response {
        guard let policy = AccessPolicy(request) else {
            log.record(.policyNotUnderstood, request: request.requestID())
            return answer.forbidden(reason: "policy_not_understood")
        }
        guard policy.admits(identity) else { return answer.forbidden(reason: "insufficient_role") }
        return answer.admitted(identity)
    }
}
