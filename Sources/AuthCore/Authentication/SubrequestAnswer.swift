import Encoding
public import HTTP
public import Identity
public import Settings

/// The answers that nginx's `auth_request` understands: 204, 401 and 403, and nothing else ever.
/// Any other status would reach the visitor as a 500, and any other 2xx would open the door.
public struct SubrequestAnswer: Sendable {
    private let realm: String
    private let loginPage: String

    public init(_ settings: Settings) {
        realm = "Bearer realm=\"\(settings.issuer)\""
        loginPage = settings.loginPage
    }

    /// Let in, and as whom. Values are ASCII: see `HeaderValue(percentEncoding:)`.
    public func admitted(_ identity: Identity) -> Response {
        var response = Response(status: 204)
        response.add(.authUser, HeaderValue(percentEncoding: identity.username))
        response.add(.authUserID, HeaderValue(percentEncoding: identity.account.description))
        if let email = identity.email { response.add(.authEmail, HeaderValue(percentEncoding: email)) }
        response.add(.authRoles, HeaderValue(percentEncoding: Role.joined(identity.roles)))
        response.add(.authSession, HeaderValue(percentEncoding: identity.session.description))
        return response
    }

    /// Not logged in: who asks is told where to, with the whole target encoded, which nginx can't do.
    ///
    /// - Parameter sentToken: RFC 6750 section 3.1: no error code where no token was sent.
    public func challenge(_ request: Request, reason: String, sentToken: Bool) -> Response {
        var response = answer(401, reason: reason)
        set(.wwwAuthenticate, realm + (sentToken ? ", error=\"invalid_token\"" : ""), on: &response)
        set(.authLogin, login(backTo: request), on: &response)
        return response
    }

    /// Logged in, but not as the location asks.
    public func forbidden(reason: String) -> Response {
        var response = answer(403, reason: reason)
        set(.wwwAuthenticate, realm + ", error=\"insufficient_scope\"", on: &response)
        return response
    }

    /// Nothing can be decided now. A 401 would send the visitor to log in again for our fault; the
    /// snippet makes a 503 of this reason.
    public func unavailable() -> Response {
        var response = answer(403, reason: "unavailable")
        response.set(.retryAfter, HeaderValue(1))
        return response
    }

    private func answer(_ status: Int, reason: String) -> Response {
        var response = Response(status: status)
        response.set(.authReason, HeaderValue(percentEncoding: reason))
        response.forbidStoring()
        return response
    }

    /// A target longer than a login page would take is left out: the visitor gets to `/`.
    private func login(backTo request: Request) -> String {
        guard let target = request.value(.requestURI), target.utf8.count <= ReturnTarget.maximumBytes else {
            return loginPage
        }
        return loginPage + "?rd=" + PercentEncoding.encode(target)
    }

    /// The realm is checked when the settings are read and targets are encoded, so no byte can be wrong.
    private func set(_ name: HeaderName, _ text: String, on response: inout Response) {
        if let value = try? HeaderValue(text) { response.set(name, value) }
    }
}
