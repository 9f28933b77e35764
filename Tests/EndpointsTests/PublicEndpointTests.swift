import Endpoints
import Events
import HTTP
import JSON
import Secrets
import Testing

@Suite("What every public endpoint does alike")
struct PublicEndpointTests {
    struct Failure: Error {}

    private let endpoint: PublicEndpoint

    init() throws {
        endpoint = PublicEndpoint(
            try Fixtures.settings(["AUTH_ALLOWED_ORIGINS": "https://app.example"]),
            log: EventLog(program: "test", level: .error, descriptor: -1),
            routes: [
                Route(.post, .exactly("/auth/do"), page: .login) { exchange in
                    switch exchange.fields.string("what").value {
                    case "refuse": throw Problem(.invalidCredentials)
                    case "fail": throw Failure()
                    default: return Answer(200, ["done": true])
                    }
                },
                Route(.get, .under("/auth/things/"), page: .account) { _ in Answer(204) },
            ])
    }

    private func ask(
        _ method: String, _ path: String, body: String = "", _ more: [(RequestParameter, String)] = []
    ) -> Response {
        var parameters: [(RequestParameter, String)] = [(.requestMethod, method), (.documentURI, path)]
        if !body.isEmpty {
            let type = body.hasPrefix("{") ? "application/json" : "application/x-www-form-urlencoded"
            parameters += [(.contentType, type), (.contentLength, String(body.utf8.count))]
        }
        let content: RequestBody = body.isEmpty ? .none : .bytes(SecretBytes(copying: body.utf8))
        return endpoint.respond(Request(parameters: parameters + more, body: content))
    }

    @Test("Every answer may be stored by nobody and varies by origin")
    func headers() {
        for response in [ask("POST", "/auth/do"), ask("GET", "/none"), ask("PUT", "/auth/do")] {
            #expect(response.value(.cacheControl) == "no-store")
            #expect(response.value(.vary) == "Origin, Sec-Fetch-Site")
        }
    }

    @Test("nginx's request id is the answer's, unless it is unfit")
    func requestID() {
        #expect(ask("POST", "/auth/do", [(.authRequestID, "abc-1")]).value(.requestID) == "abc-1")
        #expect(ask("POST", "/auth/do", [(.authRequestID, "a b\n")]).value(.requestID)?.utf8.count == 32)
    }

    @Test("A wrong method is 405 and names the right ones")
    func method() {
        let response = ask("GET", "/auth/do")
        #expect(response.status == 405)
        #expect(response.value(.allow) == "POST, OPTIONS")
    }

    @Test("HEAD is answered where GET is")
    func head() {
        #expect(ask("HEAD", "/auth/things/1").status == 204)
    }

    @Test("One segment more than the prefix, neither none nor two", arguments: ["/auth/things/", "/auth/things/a/b"])
    func segments(path: String) {
        #expect(ask("GET", path).status == 404)
    }

    @Test("A refusal answers a program with problem+json and a form with 303 to its page, rd kept")
    func refusal() {
        #expect(ask("POST", "/auth/do", body: #"{"what":"refuse"}"#).status == 401)
        let form = ask("POST", "/auth/do", body: "what=refuse&rd=%2Fa%3Fb%3D1")
        #expect(form.status == 303)
        #expect(form.value(.location) == "/login?error=invalid_credentials&rd=%2Fa%3Fb%3D1")
    }

    @Test("A form's success goes to a safe rd, or to /")
    func success() {
        #expect(ask("POST", "/auth/do", body: "rd=%2Fprivate%2F").value(.location) == "/private/")
        #expect(ask("POST", "/auth/do", body: "rd=https%3A%2F%2Fevil").value(.location) == "/")
        #expect(ask("POST", "/auth/do", body: "rd=%2Flogin%3Frd%3D%2F").value(.location) == "/")
        #expect(ask("POST", "/auth/do", body: "a=b", [(.queryString, "rd=/q")]).value(.location) == "/q")
    }

    @Test("What fails is 503 with Retry-After, never a refusal", arguments: [#"{"what":"fail"}"#, "what=fail"])
    func failure(body: String) {
        let response = ask("POST", "/auth/do", body: body)
        #expect(response.status == 503)
        #expect(response.value(.retryAfter) == "1")
        #expect(response.values(.setCookie).isEmpty)
    }

    @Test("Another site's form is refused by 403, and not sent back to a page of ours")
    func crossSite() {
        let response = ask("POST", "/auth/do", body: "what=x", [(.secFetchSite, "cross-site")])
        #expect(response.status == 403)
    }

    @Test("A listed origin may call, with credentials")
    func allowedOrigin() {
        let response = ask(
            "POST", "/auth/do", [(.secFetchSite, "cross-site"), (.origin, "https://app.example")])
        #expect(response.status == 200)
        #expect(response.value(.accessControlAllowOrigin) == "https://app.example")
    }

    @Test("A body shorter than it was announced is refused")
    func cutShort() {
        let request = Request(
            parameters: [
                (.requestMethod, "POST"), (.documentURI, "/auth/do"), (.contentType, "application/json"),
                (.contentLength, "20"),
            ], body: .bytes(SecretBytes(copying: "{}".utf8)))
        #expect(endpoint.respond(request).status == 400)
    }
}
