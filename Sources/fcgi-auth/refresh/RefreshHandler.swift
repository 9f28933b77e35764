import Accounts
import Endpoints
import Events
import HTTP
import Identity
import RefreshTokens
import Sessions
import Storage
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
        guard let token = codec.decode(text) else { throw refuse(exchange, .refreshInvalid) }
        let now = clock()
        switch try store.sessions.rotate(token.session, generation: token.generation, at: now) {
        case .rotated(let grant), .repeated(let grant):
            log.record(
                .refreshed, request: exchange.requestID, account: grant.account.id, session: token.session,
                address: exchange.address.text)
            return try tokens.answer(200, grant, by: delivery, at: now)
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
        case .conflicting: throw refuse(exchange, .refreshInvalid)
        }
    }

    private func refuse(_ exchange: Exchange, _ code: ProblemCode, _ token: RefreshToken? = nil) -> Refused {
        log.record(
            .refreshRefused, request: exchange.requestID, session: token?.session, address: exchange.address.text,
            ["reason": code.rawValue])
        return Refused(Problem(code), cookies: cookies.cleared)
    }
}
