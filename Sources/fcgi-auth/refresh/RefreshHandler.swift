import Accounts
import Endpoints
import Events
import HTTP
import Identity
import RefreshTokens
import Sessions
import Storage
import Throttling
import TokenDelivery

/// `POST /auth/refresh`: the next refresh token for this one, and a new access token. Reads account
/// state again each time; holds no password code.
struct RefreshHandler {
    let codec: RefreshTokenCodec
    let cookies: CookiePolicy
    let store: Store
    let tokens: TokenDelivery
    let clock: WallClock
    let log: EventLog

    var routes: [Route] {
        [Route(.post, .exactly("/auth/refresh"), page: .login, action: refresh)]
    }

    func refresh(_ exchange: Exchange) throws -> Answer {
        let (text, delivery) = try sent(exchange)
        guard let token = codec.decode(text) else { throw refuseForged(exchange) }
        let now = clock()
        let subject = store.limits.refresh(of: token.session)
        if let seconds = store.gathered.wait(subject, at: now) { throw hold(exchange, seconds) }
        switch try store.sessions.rotate(token.session, generation: token.generation, at: now) {
        case .rotated(let grant), .repeated(let grant):
            store.gathered.count(subject, at: now)
            return try answer(exchange, grant, delivery, at: now)
        case .unknown, .revoked: throw refuse(exchange, .refreshInvalid, token)
        case .expired: throw refuse(exchange, .sessionExpired, token)
        case .accountDisabled: throw refuse(exchange, .accountDisabled, token)
        case .reused(let session):
            log.record(
                .refreshReused, request: exchange.requestID, account: session.account, session: session.id,
                address: exchange.address.text)
            throw Refused(Problem(.refreshReused), cookies: cookies.cleared)
        }
    }

    /// The token and where its successor goes: the way it came. A page's script must not be able to
    /// have the cookie's token handed to it in a body.
    private func sent(_ exchange: Exchange) throws -> (String, Delivery) {
        var fields = FieldReader(exchange.fields)
        let inBody = fields.optionalString("refresh_token")
        let delivery = fields.delivery()
        if inBody == nil, delivery == .body, exchange.request.cookie(named: cookies.names.refresh) != .absent {
            fields.refuse("refresh_token", "required", "is required for delivery in the body")
        }
        guard fields.errors.isEmpty else { throw Problem(.invalidFields, errors: fields.errors) }
        if let inBody { return (inBody, .body) }
        switch exchange.request.cookie(named: cookies.names.refresh) {
        case .value(let text): return (text, .cookie)
        case .absent: throw Problem(.refreshMissing)
        case .conflicting: throw refuseForged(exchange)
        }
    }

    private func answer(_ exchange: Exchange, _ grant: Grant, _ delivery: Delivery, at now: Timestamp) throws -> Answer
    {
        log.record(
            .refreshed, request: exchange.requestID, account: grant.account.id, session: grant.session.id,
            address: exchange.address.text)
        return try tokens.answer(200, grant, by: delivery, at: now)
    }

    /// A token that we did not make needs no store to be refused. Its network is held up after very many
    /// of them; tokens that are ours are not, so that a neighbour's noise ends nobody's session.
    private func refuseForged(_ exchange: Exchange) -> any Error {
        let subject = store.limits.forgedRefresh(from: exchange.address.network)
        let now = clock()
        if let seconds = store.gathered.wait(subject, at: now) { return hold(exchange, seconds) }
        store.gathered.count(subject, at: now)
        return refuse(exchange, .refreshInvalid)
    }

    /// Too many for now. Nothing was looked at, so no cookie is cleared.
    private func hold(_ exchange: Exchange, _ seconds: Int) -> Problem {
        log.record(
            .refreshRefused, request: exchange.requestID, address: exchange.address.text,
            ["reason": ProblemCode.tooManyAttempts.rawValue])
        return Problem(.tooManyAttempts, retryAfter: seconds)
    }

    private func refuse(_ exchange: Exchange, _ code: ProblemCode, _ token: RefreshToken? = nil) -> Refused {
        if let token { store.gathered.count(store.limits.refresh(of: token.session), at: clock()) }
        log.record(
            .refreshRefused, request: exchange.requestID, session: token?.session, address: exchange.address.text,
            ["reason": code.rawValue])
        return Refused(Problem(code), cookies: cookies.cleared)
    }
}
