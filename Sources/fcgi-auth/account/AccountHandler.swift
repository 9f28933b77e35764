import Accounts
import Authentication
import Endpoints
import Events
import HTTP
import Identity
import JSON
import Sessions
import Storage

/// `/account`, `/auth/me` and `/auth/sessions`: what an account may see and end of itself. The token says who
/// asks; what is shown is read from the store, which has the last word on whether the session lives.
struct AccountHandler {
    let access: AccessCheck
    let cookies: CookiePolicy
    let store: Store
    let clock: WallClock
    let log: EventLog

    var routes: [Route] {
        [
            Route(.get, .exactly("/auth/me"), page: .account, action: me),
            Route(.get, .exactly("/auth/sessions"), page: .account, action: sessions),
            Route(.delete, .under("/auth/sessions/"), page: .account, action: endSession),
            Route(form: .under("/auth/sessions/"), page: .account, action: endSession),
            Route(page: "/account", action: page),
        ]
    }

    func page(_ exchange: Exchange) throws -> Answer {
        let grant = try authenticate(exchange)
        let records = try store.sessions.list(grant.account.id, at: clock())
        let page = AccountPage(
            account: grant.account, current: grant.session.id, sessions: records,
            notice: AccountNotice(exchange.request))
        return Answer(page: page.html)
    }

    func me(_ exchange: Exchange) throws -> Answer {
        let grant = try authenticate(exchange)
        return Answer(200, ["user": grant.account.json, "session": grant.session.json(isCurrent: true)])
    }

    func sessions(_ exchange: Exchange) throws -> Answer {
        let grant = try authenticate(exchange)
        let records = try store.sessions.list(grant.account.id, at: clock())
        return Answer(200, .array(records.map { $0.json(isCurrent: $0.id == grant.session.id) }))
    }

    /// Somebody else's session is not found, as one that never was.
    func endSession(_ exchange: Exchange) throws -> Answer {
        let grant = try authenticate(exchange)
        let name = exchange.request.path.split(separator: "/").last.map(String.init) ?? ""
        guard let id = SessionID(name),
            try store.revocations.endSession(id, of: grant.account.id, reason: .owner, at: clock()) != .unknown
        else { throw Problem(.notFound) }
        log.record(
            .sessionRevoked, request: exchange.requestID, account: grant.account.id, session: id,
            address: exchange.address.text)
        return Answer(204, cookies: id == grant.session.id ? cookies.cleared : [])
    }

    /// Who asks, with the session that is asking.
    func authenticate(_ exchange: Exchange) throws -> Grant {
        switch access.judge(exchange.request, at: clock()) {
        case .unavailable:
            if let complaint = access.complaint {
                log.record(complaint.event, request: exchange.requestID, ["reason": complaint.reason])
            }
            throw Problem(.unavailable, retryAfter: 1)
        case .refused(let refusal):
            var problem = Problem(.unauthenticated)
            problem.tokenWasJudged = refusal != .noToken
            throw problem
        case .admitted(let identity):
            guard let grant = try store.sessions.live(identity.session, at: clock()),
                grant.account.id == identity.account
            else { throw Problem(.unauthenticated) }
            return grant
        }
    }
}
