import Accounts
import Authentication
import Events
import HTTP
import Identity
import RefreshTokens
import Sessions
import Storage
import TokenDelivery

/// `/_auth/renew`, asked by nginx after verify's 401: rotates in the middle of a protected request,
/// which then goes on with its body. Answers only what `auth_request` understands.
struct RenewHandler {
    let codec: RefreshTokenCodec
    let cookies: CookiePolicy
    let answer: SubrequestAnswer
    let store: Store
    let tokens: TokenDelivery
    let clock: WallClock
    let log: EventLog

    func respond(_ request: Request) -> Response {
        // Where an Authorization header is present it alone counts: no cookie can mend it.
        guard request.lookup(.authorization) == .absent else {
            return answer.challenge(request, reason: "authorization_refused", sentToken: true)
        }
        switch request.cookie(named: cookies.names.refresh) {
        case .absent: return answer.challenge(request, reason: "no_session", sentToken: false)
        case .conflicting: return answer.challenge(request, reason: "conflicting_cookies", sentToken: true)
        case .value(let text):
            guard let token = codec.decode(text) else { return refuse(request, .refreshInvalid, nil) }
            do {
                return try renew(token, request)
            } catch {
                log.record(.storeUnavailable, request: request.requestID(), ["reason": "\(error)"])
                return answer.unavailable()
            }
        }
    }

    private func renew(_ token: RefreshToken, _ request: Request) throws -> Response {
        let now = clock()
        switch try store.sessions.rotate(token.session, generation: token.generation, at: now) {
        case .rotated(let grant), .repeated(let grant): return try admit(grant, request, at: now)
        case .unknown, .revoked: return refuse(request, .refreshInvalid, token)
        case .expired: return refuse(request, .sessionExpired, token)
        case .accountDisabled: return refuse(request, .accountDisabled, token)
        case .reused(let session):
            log.record(
                .refreshReused, request: request.requestID(), account: session.account, session: session.id,
                address: request.clientAddress.text)
            return clear(answer.challenge(request, reason: "refresh_reused", sentToken: true))
        }
    }

    /// The new cookies go out whether or not the location's policy is met: the old ones are used up.
    private func admit(_ grant: Grant, _ request: Request, at now: Timestamp) throws -> Response {
        log.record(
            .refreshed, request: request.requestID(), account: grant.account.id, session: grant.session.id,
            address: request.clientAddress.text)
        return carry(try tokens.cookies(for: grant, at: now), on: judge(grant, request))
    }

    private func judge(_ grant: Grant, _ request: Request) -> Response {
        guard let policy = AccessPolicy(request) else {
            log.record(.policyNotUnderstood, request: request.requestID())
            return answer.forbidden(reason: "policy_not_understood")
        }
        guard policy.admits(grant.identity) else { return answer.forbidden(reason: "insufficient_role") }
        return answer.admitted(grant.identity)
    }

    private func refuse(_ request: Request, _ code: ProblemCode, _ token: RefreshToken?) -> Response {
        log.record(
            .refreshRefused, request: request.requestID(), session: token?.session,
            address: request.clientAddress.text, ["reason": code.rawValue])
        return clear(answer.challenge(request, reason: code.rawValue, sentToken: true))
    }

    private func clear(_ response: Response) -> Response {
        carry(cookies.cleared, on: response)
    }

    /// One header for each cookie: nginx hands on the first of several Set-Cookie only.
    private func carry(_ pair: [SetCookie], on response: Response) -> Response {
        var response = response
        for (name, cookie) in zip([HeaderName.authSetAccess, .authSetRefresh], pair) {
            response.set(name, cookie.headerValue)
        }
        return response
    }
}
