import Authentication
import HTTP
import Testing

@Suite("One access token for one request")
struct CredentialTests {
    private func credential(_ parameters: [(RequestParameter, String)]) -> Credential {
        Credential(Request(parameters: parameters), cookieName: "__Host-access")
    }

    @Test("Nothing sent is no credential")
    func absent() {
        #expect(credential([]) == .absent)
        #expect(credential([(.cookie, "theme=dark")]) == .absent)
    }

    @Test("The cookie's token is found in any of several Cookie headers")
    func cookie() {
        #expect(credential([(.cookie, "a=b"), (.cookie, "c=d; __Host-access=t")]) == .cookie("t"))
    }

    @Test("Two access cookies that differ are no credential")
    func conflicting() {
        #expect(credential([(.cookie, "__Host-access=a; __Host-access=b")]) == .conflictingCookies)
        #expect(credential([(.cookie, "__Host-access=a"), (.cookie, "__Host-access=b")]) == .conflictingCookies)
    }

    @Test(
        "A bearer token is read with its scheme in any case",
        arguments: ["Bearer t.o.k", "bearer t.o.k", "BEARER  t.o.k"])
    func bearer(header: String) {
        #expect(credential([(.authorization, header)]) == .bearer("t.o.k"))
    }

    @Test(
        "An Authorization header that is not one bearer token counts alone, whatever the cookie says",
        arguments: ["", "Bearer", "Bearer ", "Basic YTpi", "Bearertoken", "Bearer a b", "Token abc", "Bearer a,b"])
    func malformed(header: String) {
        #expect(credential([(.authorization, header), (.cookie, "__Host-access=t")]) == .malformedAuthorization)
    }

    @Test("Two Authorization headers that differ are no credential")
    func twoHeaders() {
        #expect(credential([(.authorization, "Bearer a"), (.authorization, "Bearer b")]) == .malformedAuthorization)
    }
}
