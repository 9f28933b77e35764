public import Events
public import HTTP
public import Identity

/// Answers nginx's `auth_request`: 204 and who it is, 401, or 403. The same for `verify` and
/// `verify-session`, which differ in how they judge a token.
public final class VerifyHandler {
    private let access: AccessCheck
    private let answer: SubrequestAnswer
    private let clock: WallClock
    private let log: EventLog
    /// What fails for every request is said once a second.
    private var lastComplaint = Timestamp(seconds: 0)

    public init(access: AccessCheck, answer: SubrequestAnswer, clock: @escaping WallClock, log: EventLog) {
        self.access = access
        self.answer = answer
        self.clock = clock
        self.log = log
    }

    public func respond(_ request: Request) -> Response {
        let now = clock()
        return respond(request, access.judge(request, at: now), at: now)
    }

    /// The answer to a request that has been judged.
    public func respond(_ request: Request, _ verdict: AccessVerdict, at now: Timestamp) -> Response {
        complainIfDue(at: now)
        switch verdict {
        case .admitted(let identity): return admit(identity, request)
        case .refused(let refusal):
            log.record(.accessRefused, request: request.value(.authRequestID), ["reason": refusal.code])
            return answer.challenge(request, reason: refusal.code, sentToken: refusal != .noToken)
        case .unavailable: return answer.unavailable()
        }
    }

    /// Says what is wrong with what tokens are judged by.
    public func complainIfDue(at now: Timestamp) {
        guard let complaint = access.complaint else { return }
        guard now - lastComplaint >= .seconds(1) || now < lastComplaint else { return }
        lastComplaint = now
        log.record(complaint.event, ["reason": complaint.reason])
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
