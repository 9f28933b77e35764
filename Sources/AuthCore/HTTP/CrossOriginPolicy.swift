/// Where a request came from, as far as a browser tells.
public enum CrossOriginDecision: Equatable, Sendable {
    /// This site's own page, a program that is no browser, or a request that only reads.
    case sameOrigin
    /// An origin of `AUTH_ALLOWED_ORIGINS`: it gets CORS headers.
    case allowed(Origin)
    /// A page of another site asks for a change.
    case refused
}

/// Refuses changes that a page of another site asks a visitor's browser for (CSRF), login and
/// sign-up included, and lets the origins an admin listed in.
///
/// The rule is that of Go 1.25's `http.CrossOriginProtection`: `Sec-Fetch-Site` decides where a
/// browser sends it, and the Origin header where it does not. Neither can be set by a page.
public struct CrossOriginPolicy: Sendable {
    private let allowed: Set<Origin>
    private let issuer: Origin?

    /// - Parameters:
    ///   - allowedOrigins: other sites whose pages may call, with credentials.
    ///   - issuer: the origin this site is known by, should nginx pass another Host inside.
    public init(allowedOrigins: Set<Origin>, issuer: Origin?) {
        allowed = allowedOrigins
        self.issuer = issuer
    }

    /// Judges a request. GET and HEAD are never refused: they change nothing here.
    public func decide(_ request: Request) -> CrossOriginDecision {
        if let origin = request.value(.origin).flatMap({ Origin($0) }), allowed.contains(origin) {
            return .allowed(origin)
        }
        if request.method.isSafe { return .sameOrigin }
        switch request.lookup(.secFetchSite) {
        case .value("same-origin"), .value("none"): return .sameOrigin
        case .value, .conflicting: return .refused
        case .absent: return isFromThisSite(request) ? .sameOrigin : .refused
        }
    }

    /// For browsers older than `Sec-Fetch-Site`, and for programs, which send no Origin.
    /// `Origin: null` is no origin and so is refused.
    private func isFromThisSite(_ request: Request) -> Bool {
        switch request.lookup(.origin) {
        case .absent: return true
        case .conflicting: return false
        case .value(let text):
            guard let origin = Origin(text) else { return false }
            if origin == issuer { return true }
            guard let host = request.value(.host) else { return false }
            return origin == Origin(secure: request.value(.https) == "on", host: host)
        }
    }
}
