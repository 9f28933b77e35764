import Endpoints
import Events
import HTML
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
                    case "wait": throw Problem(.tooManyAttempts, retryAfter: 7)
                    case "taken": throw Problem(.usernameTaken)
                    case "fields":
                        throw Problem(
                            .invalidFields,
                            errors: [("one", "required"), ("two", "too_long"), ("one", "too_short")].map {
                                FieldError(field: $0, code: $1, detail: "")
                            })
                    default: return Answer(200, ["done": true])
                    }
                },
                Route(.get, .under("/auth/things/"), page: .account) { _ in Answer(204) },
                Route(form: .under("/auth/things/"), page: .account) { _ in Answer(204) },
                Route(page: "/page") { _ in Answer(page: "<p>\("a<b")</p>") },
                Route(page: "/account") { _ in throw Problem(.unauthenticated) },
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

    @Test("A form hears of each field by its first code, and how long to wait")
    func formCodes() {
        #expect(
            ask("POST", "/auth/do", body: "what=fields&rd=%2Fa").value(.location)
                == "/login?error=invalid_fields&rd=%2Fa&one_error=required&two_error=too_long")
        let late = ask("POST", "/auth/do", body: "what=wait")
        #expect(late.value(.location) == "/login?error=too_many_attempts&retry_after=7")
        #expect(late.value(.retryAfter) == "7")
        #expect(
            ask("POST", "/auth/do", body: "what=taken").value(.location)
                == "/login?error=username_taken&username_error=taken")
    }

    @Test("What fails is 503 with Retry-After, never a refusal")
    func failure() {
        let response = ask("POST", "/auth/do", body: #"{"what":"fail"}"#)
        #expect(response.status == 503)
        #expect(response.value(.retryAfter) == "1")
        #expect(response.values(.setCookie).isEmpty)
        let form = ask("POST", "/auth/do", body: "what=fail")
        #expect(form.status == 303 && form.values(.setCookie).isEmpty)
        #expect(form.value(.location) == "/login?error=unavailable&retry_after=1")
    }

    @Test("Another site's request is refused; a form comes back to our page, with the query's rd only")
    func crossSite() {
        let cross: [(RequestParameter, String)] = [(.secFetchSite, "cross-site"), (.queryString, "rd=/q")]
        #expect(ask("POST", "/auth/do", body: "{}", cross).status == 403)
        let form = ask("POST", "/auth/do", body: "what=x&rd=%2Fa", cross)
        #expect(form.status == 303)
        #expect(form.value(.location) == "/login?error=cross_origin&rd=%2Fq")
    }

    @Test("A form that can't be read goes back to its page", arguments: ["a=%zz", "a=1&a=2", "a=%ff"])
    func unreadable(body: String) {
        #expect(ask("POST", "/auth/do", body: body).value(.location) == "/login?error=malformed_body")
    }

    @Test("A row for forms takes no other POST, and the methods of a path are those of programs")
    func formsOnly() {
        #expect(ask("POST", "/auth/things/1", body: "a=b").value(.location) == "/")
        for response in [ask("POST", "/auth/things/1", body: "{}"), ask("POST", "/auth/things/1")] {
            #expect(response.status == 405)
            #expect(response.value(.allow) == "GET, HEAD, OPTIONS")
        }
    }

    @Test("A page is HTML, and whoever is not logged in is sent to do that and comes back")
    func page() {
        let page = ask("GET", "/page")
        #expect(page.status == 200 && page.value(.contentType) == "text/html; charset=utf-8")
        #expect(page.body == Array("<p>a&lt;b</p>".utf8))
        let stranger = ask("GET", "/account", [])
        #expect(stranger.status == 303)
        #expect(stranger.value(.location) == "/login?error=unauthenticated&rd=%2Faccount")
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
