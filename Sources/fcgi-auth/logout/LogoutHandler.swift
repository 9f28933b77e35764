import Accounts
import Authentication
import Endpoints
import Events
import HTTP
import Identity
import RefreshTokens
import Sessions
import Storage

/// `POST` or `DELETE /auth/logout`. When it has answered, the next verify says 401.
struct LogoutHandler {
    let access: AccessCheck
    let codec: RefreshTokenCodec
    let cookies: CookiePolicy
    let store: Store
    let clock: WallClock
    let log: EventLog

    private enum Scope: String {
        case local, others, global
    }

    /// What proves which session is asking.
    private enum Proof {
        case refresh(RefreshToken)
        case access(SessionID)
        case none

        var session: SessionID? {
            switch self {
            case .refresh(let token): token.session
            case .access(let session): session
            case .none: nil
            }
        }
    }

    var routes: [Route] {
        [
            Route(.post, .exactly("/auth/logout"), page: .any, action: logout),
            Route(.delete, .exactly("/auth/logout"), page: .any, action: logout),
        ]
    }

    func logout(_ exchange: Exchange) throws -> Answer {
        var fields = FieldReader(exchange.fields)
        let text = fields.optionalString("scope") ?? exchange.request.queryValue("scope") ?? Scope.local.rawValue
        let token = fields.optionalString("refresh_token")
        let scope = Scope(rawValue: text)
        if scope == nil { fields.refuse("scope", "not_allowed", "must be local, others or global") }
        guard fields.errors.isEmpty, let scope else { throw Problem(.invalidFields, errors: fields.errors) }
        try end(scope, try proof(exchange, token), exchange)
        // The session that asks for `others` goes on.
        return Answer(204, cookies: scope == .others ? [] : cookies.cleared)
    }

    /// Logging out without a session is no error: it is over already.
    private func end(_ scope: Scope, _ proof: Proof, _ exchange: Exchange) throws {
        guard let session = proof.session else { return }
        let now = clock()
        if scope != .local, let grant = try store.sessions.live(session, at: now), isCurrent(proof, grant.session) {
            let account = grant.account.id
            let count =
                scope == .global
                ? try store.revocations.endAll(of: account, reason: .logout, at: now)?.sessionsEnded ?? 0
                : try store.revocations.endOthers(of: account, keeping: session, reason: .logout, at: now)
            return log.record(
                .sessionsRevoked, request: exchange.requestID, account: account, session: session,
                address: exchange.address.text, ["scope": scope.rawValue, "count": "\(count)"])
        }
        // Not the session's own latest token, or one whose session is over: it can end that session at most.
        guard scope != .others else { return }
        guard case .ended(let record) = try store.revocations.endSession(session, reason: .logout, at: now) else {
            return
        }
        log.record(
            .logout, request: exchange.requestID, account: record.account, session: session,
            address: exchange.address.text)
    }

    /// A token stolen long ago may still end its own session, but not the account's others.
    private func isCurrent(_ proof: Proof, _ session: SessionRecord) -> Bool {
        guard case .refresh(let token) = proof else { return true }
        return token.generation == session.generation || token.generation &+ 1 == session.generation
    }

    /// An Authorization header counts alone; then a token in the body, the refresh cookie, the access cookie.
    private func proof(_ exchange: Exchange, _ token: String?) throws -> Proof {
        let request = exchange.request
        if request.lookup(.authorization) == .absent {
            if let token { return codec.decode(token).map(Proof.refresh) ?? .none }
            if case .value(let text) = request.cookie(named: cookies.names.refresh), let token = codec.decode(text) {
                return .refresh(token)
            }
        }
        switch access.judge(request, at: clock()) {
        case .admitted(let identity): return .access(identity.session)
        case .refused: return .none
        case .unavailable:
            if let complaint = access.complaint {
                log.record(complaint.event, request: exchange.requestID, ["reason": complaint.reason])
            }
            throw Problem(.unavailable, retryAfter: 1)
        }
    }
}
