import Authentication
import HTTP
import Identity
import Settings
import Testing

@Suite("Answers that nginx's auth_request understands")
struct SubrequestAnswerTests {
    private let answer: SubrequestAnswer

    init() throws {
        answer = SubrequestAnswer(try Fixtures.settings())
    }

    private func challenge(_ target: String?) -> Response {
        let request = Request(parameters: target.map { [(.requestURI, $0)] } ?? [])
        return answer.challenge(request, reason: "no_token", sentToken: false)
    }

    @Test("The way back is the whole target, percent-encoded")
    func target() {
        #expect(challenge("/p/?a=1&b=2#x").value(.authLogin) == "/login?rd=%2Fp%2F%3Fa%3D1%26b%3D2%23x")
    }

    @Test("A target longer than a login page takes is left out, not cut")
    func longTarget() {
        #expect(challenge("/" + String(repeating: "a", count: 2048)).value(.authLogin) == "/login")
        #expect(challenge(nil).value(.authLogin) == "/login")
    }

    @Test("The challenge names an error only where a token was sent (RFC 6750 3.1)")
    func errorCode() {
        #expect(challenge("/").value(.wwwAuthenticate) == "Bearer realm=\"https://example.org\"")
        let sent = answer.challenge(Request(), reason: "token_expired", sentToken: true)
        #expect(sent.value(.wwwAuthenticate) == "Bearer realm=\"https://example.org\", error=\"invalid_token\"")
    }

    @Test("Names of any script reach the application as ASCII, and no two alike")
    func names() {
        func header(_ name: String) -> String? {
            let identity = Identity(
                account: .make(at: .now()), session: .make(at: .now()), username: name, email: nil, roles: [])
            return answer.admitted(identity).value(.authUser)
        }
        #expect(header("müller") == "m%C3%BCller")
        #expect(header("m%C3%BCller") == "m%25C3%25BCller")
        #expect(header("a\r\nSet-Cookie: x") == "a%0D%0ASet-Cookie:%20x")
    }

    @Test("Nothing but 204, 401 and 403 is ever answered")
    func statuses() {
        let identity = Identity(
            account: .make(at: .now()), session: .make(at: .now()), username: "a", email: nil, roles: [])
        #expect(answer.admitted(identity).status == 204)
        #expect(challenge("/").status == 401)
        #expect(answer.forbidden(reason: "x").status == 403)
        #expect(answer.unavailable().status == 403)
    }
}

enum Fixtures {
    struct Broken: Error {}

    static func settings(_ environment: [String: String] = [:]) throws -> Settings {
        let all = environment.merging(["AUTH_ISSUER": "https://example.org"]) { own, _ in own }
        guard case .success(let settings) = Settings.load(file: nil, environment: all, defaultFile: "/nonexistent/x")
        else { throw Broken() }
        return settings
    }
}
