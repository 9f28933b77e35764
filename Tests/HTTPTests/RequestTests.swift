import HTTP
import Testing

@Suite struct RequestTests {
    private func named(_ name: String) -> RequestParameter? {
        Array(name.utf8).withUnsafeBytes { RequestParameter.named($0) }
    }

    @Test("Every parameter is found by its own name", arguments: RequestParameter.allCases)
    func findsEveryParameter(_ parameter: RequestParameter) {
        #expect(named(String(describing: parameter.rawName)) == parameter)
    }

    @Test(
        "A name that is not exactly one of the list is nobody's",
        arguments: [
            "", "request_method", "REQUEST_METHO", "REQUEST_METHODS", "HTTP_AUTH_REQUIRE", "HTTP_X_AUTH_USER",
            "AUTH_REQUIRE\0", " HTTP_COOKIE", String(repeating: "A", count: 5000),
        ])
    func ignoresOtherNames(_ name: String) {
        #expect(named(name) == nil)
    }

    @Test("A parameter sent twice with one value has that value")
    func repeatedEqualValue() {
        let request = Request(parameters: [(.host, "a.example"), (.host, "a.example")])
        #expect(request.value(.host) == "a.example")
        #expect(request.values(.host) == ["a.example", "a.example"])
    }

    @Test("A parameter sent twice with different values has none, and is not taken for unsent")
    func repeatedDifferentValue() {
        let request = Request(parameters: [(.authRequire, "role:admin"), (.authRequire, "")])
        #expect(request.value(.authRequire) == nil)
        #expect(request.lookup(.authRequire) == .conflicting)
        #expect(Request(parameters: []).lookup(.authRequire) == .absent)
    }

    @Test("Two spellings of one Unicode text are different values")
    func comparesBytes() {
        let request = Request(parameters: [(.cookie, "\u{E9}"), (.cookie, "e\u{301}")])
        #expect(request.lookup(.cookie) == .conflicting)
    }

    @Test("All values of a repeated parameter are kept, in order")
    func keepsAllValues() {
        let request = Request(parameters: [(.cookie, "a=1"), (.host, "h"), (.cookie, "b=2"), (.cookie, "c=3")])
        #expect(request.values(.cookie) == ["a=1", "b=2", "c=3"])
        #expect(request.values(.origin) == [])
    }

    @Test("The path is DOCUMENT_URI, or as CGI has it SCRIPT_NAME and PATH_INFO")
    func path() {
        #expect(Request(parameters: [(.documentURI, "/auth/me"), (.scriptName, "/x")]).path == "/auth/me")
        #expect(Request(parameters: [(.scriptName, "/auth"), (.pathInfo, "/me")]).path == "/auth/me")
        #expect(Request(parameters: [(.documentURI, "/a"), (.documentURI, "/b"), (.scriptName, "/x")]).path == "")
    }

    @Test("A method in lower case, or two methods, equal no known one")
    func methods() {
        #expect(Request(parameters: [(.requestMethod, "POST")]).method == .post)
        #expect(Request(parameters: [(.requestMethod, "get")]).method != .get)
        #expect(!Request(parameters: [(.requestMethod, "GET"), (.requestMethod, "POST")]).method.isSafe)
        #expect(!Request().method.isSafe)
    }

    @Test("A query value is decoded; a repeated or malformed one is none")
    func queryValues() {
        func rd(_ query: String) -> String? { Request(parameters: [(.queryString, query)]).queryValue("rd") }
        #expect(rd("error=x&rd=%2Fprivate%2F%3Fa%3D1%26b%3D2") == "/private/?a=1&b=2")
        #expect(rd("rd=%2Fa&rd=%2Fb") == nil)
        #expect(rd("rd=%2") == nil)
        #expect(rd("") == nil)
    }
}
