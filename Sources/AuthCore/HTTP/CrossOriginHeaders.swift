/// The CORS headers (Fetch §3.3) that go with a decision.
extension CrossOriginPolicy {
    /// Seconds a browser may remember a preflight's answer.
    static let preflightLifetime = 600

    /// The answer to a CORS preflight, or nil if the request is none. From an origin that is not
    /// listed the preflight gets no CORS header, so the browser does not send the request.
    public func preflight(_ request: Request, methods: [Method]) -> Response? {
        guard request.method == .options, request.value(.origin) != nil,
            request.value(.accessControlRequestMethod) != nil
        else { return nil }
        guard case .allowed(let origin) = decide(request) else {
            var response = Problem(.crossOrigin).response()
            apply(.refused, to: &response)
            return response
        }
        var response = Response(status: 204)
        apply(.allowed(origin), to: &response)
        let names = methods.map(\.rawValue).joined(separator: ", ")
        if let names = try? HeaderValue(names) { response.set(.accessControlAllowMethods, names) }
        response.set(.accessControlAllowHeaders, fixed: "Content-Type, Authorization")
        response.set(.accessControlMaxAge, HeaderValue(Self.preflightLifetime))
        return response
    }

    /// Puts the headers on an answer. Vary is on every one, refusals included, or a cache could give
    /// one origin's answer to another.
    public func apply(_ decision: CrossOriginDecision, to response: inout Response) {
        response.set(.vary, fixed: "Origin, Sec-Fetch-Site")
        guard case .allowed(let origin) = decision, let name = try? HeaderValue(origin.description) else { return }
        response.set(.accessControlAllowOrigin, name)
        response.set(.accessControlAllowCredentials, fixed: "true")
        response.set(.accessControlExposeHeaders, fixed: "Retry-After, X-Request-ID")
    }
}
