import HTTP
import Testing

@Suite struct CrossOriginPolicyTests {
    private let front: Origin
    private let policy: CrossOriginPolicy

    init() throws {
        front = try #require(Origin("https://front.example"))
        policy = CrossOriginPolicy(allowedOrigins: [front], issuer: Origin("https://id.example"))
    }

    private func post(_ parameters: (RequestParameter, String)...) -> CrossOriginDecision {
        policy.decide(request("POST", parameters))
    }

    private func request(_ method: String, _ parameters: [(RequestParameter, String)]) -> Request {
        Request(parameters: [(.requestMethod, method), (.host, "Site.example:8443"), (.https, "on")] + parameters)
    }

    @Test("Sec-Fetch-Site decides where a browser sends it", arguments: ["cross-site", "same-site", "SAME-ORIGIN", ""])
    func otherSites(_ site: String) {
        #expect(post((.secFetchSite, site)) == .refused)
        #expect(post((.secFetchSite, site), (.origin, "https://site.example:8443")) == .refused)
    }

    @Test("This site's own pages pass, even with Origin: null", arguments: ["same-origin", "none"])
    func ownPages(_ site: String) {
        #expect(post((.secFetchSite, site)) == .sameOrigin)
        #expect(post((.secFetchSite, site), (.origin, "null")) == .sameOrigin)
    }

    @Test("Without Sec-Fetch-Site a program without Origin passes")
    func programs() {
        #expect(post() == .sameOrigin)
    }

    @Test(
        "Without Sec-Fetch-Site the Origin must be the Host's or the issuer's, in any spelling",
        arguments: [
            "https://site.example:8443", "HTTPS://SITE.EXAMPLE:8443", "https://id.example", "https://id.example:443",
        ])
    func ownOrigins(_ origin: String) {
        #expect(post((.origin, origin)) == .sameOrigin)
    }

    @Test(
        "Any other Origin is refused",
        arguments: [
            "null", "", "https://site.example", "http://site.example:8443", "https://evil.example",
            "https://site.example:8443.evil.example", "https://site.example:8443@evil.example",
            "https://site.example:8443/",
            "https://front.example.evil.example", "file://", "site.example:8443", "https://site.example:08443x",
        ])
    func otherOrigins(_ origin: String) {
        #expect(post((.origin, origin)) == .refused)
    }

    @Test("Headers sent twice with different values are refused")
    func conflicts() {
        #expect(post((.secFetchSite, "same-origin"), (.secFetchSite, "cross-site")) == .refused)
        #expect(post((.origin, "https://id.example"), (.origin, "https://evil.example")) == .refused)
    }

    @Test("A listed origin is let in from another site, for changes and for reading")
    func listed() {
        #expect(post((.secFetchSite, "cross-site"), (.origin, "https://front.example")) == .allowed(front))
        #expect(policy.decide(request("GET", [(.origin, "https://front.example:443")])) == .allowed(front))
        #expect(post((.secFetchSite, "cross-site"), (.origin, "http://front.example")) == .refused)
    }

    @Test("Reading is never refused", arguments: ["GET", "HEAD"])
    func reading(_ method: String) {
        let cross: [(RequestParameter, String)] = [(.secFetchSite, "cross-site"), (.origin, "https://evil.example")]
        #expect(policy.decide(request(method, cross)) == .sameOrigin)
    }

    @Test("Every answer varies; only a listed origin gets CORS headers, with its exact name")
    func headers() {
        var refused = Response(status: 403)
        policy.apply(.refused, to: &refused)
        #expect(refused.value(.vary) == "Origin, Sec-Fetch-Site")
        #expect(refused.value(.accessControlAllowOrigin) == nil)
        var own = Response(status: 200)
        policy.apply(.sameOrigin, to: &own)
        #expect(own.value(.vary) == "Origin, Sec-Fetch-Site")
        #expect(own.value(.accessControlAllowCredentials) == nil)
        var allowed = Response(status: 200)
        policy.apply(.allowed(front), to: &allowed)
        #expect(allowed.value(.accessControlAllowOrigin) == "https://front.example")
        #expect(allowed.value(.accessControlAllowCredentials) == "true")
        #expect(allowed.value(.accessControlExposeHeaders) == "Retry-After, X-Request-ID")
    }

    @Test("A preflight from a listed origin is answered 204 with what it may send")
    func preflight() throws {
        let asked = request("OPTIONS", [(.origin, "https://front.example"), (.accessControlRequestMethod, "POST")])
        let answer = try #require(policy.preflight(asked, methods: [.post, .delete]))
        #expect(answer.status == 204)
        #expect(answer.value(.accessControlAllowOrigin) == "https://front.example")
        #expect(answer.value(.accessControlAllowMethods) == "POST, DELETE")
        #expect(answer.value(.accessControlAllowHeaders) == "Content-Type, Authorization")
        #expect(answer.value(.accessControlMaxAge) == "600")
        #expect(answer.value(.vary) == "Origin, Sec-Fetch-Site")
    }

    @Test("A preflight from elsewhere gets no CORS header; OPTIONS without one is no preflight")
    func otherPreflights() throws {
        let other = request("OPTIONS", [(.origin, "https://evil.example"), (.accessControlRequestMethod, "POST")])
        let answer = try #require(policy.preflight(other, methods: [.post]))
        #expect(answer.status == 403)
        #expect(answer.value(.accessControlAllowOrigin) == nil)
        #expect(policy.preflight(request("OPTIONS", []), methods: [.post]) == nil)
    }
}

@Suite struct OriginTests {
    @Test("One origin has one spelling")
    func canonical() {
        #expect(Origin("HTTPS://Example.ORG:443")?.description == "https://example.org")
        #expect(Origin("http://localhost:8080")?.description == "http://localhost:8080")
        #expect(Origin("http://[::1]:80")?.description == "http://[::1]")
        #expect(Origin("https://example.org") != Origin("http://example.org"))
    }

    @Test("A URL's origin is what comes before its path")
    func ofURL() {
        #expect(Origin(url: "https://id.example:8443/realm?x#y")?.description == "https://id.example:8443")
        #expect(Origin(url: "https://id.example#@evil.example")?.description == "https://id.example")
        #expect(Origin(url: "id.example/") == nil)
    }

    @Test(
        "What is no origin is none",
        arguments: [
            "", "null", "*", "example.org", "https://", "https:///", "https://a/", "https://a b", "https://a:0",
            "https://a:65536", "https://a:", "https://a:+1", "https://u@a", "ftp://a", "https://[::1", "https://[x]",
            "https://a?", "https://a#", "https://[::1]x", "https://a\r\n",
        ])
    func refused(_ text: String) {
        #expect(Origin(text) == nil)
    }
}

@Suite struct ClientAddressTests {
    @Test("A client is counted by its IPv4 address or its IPv6 /64, in one spelling (CVE-2026-45364)")
    func network() {
        #expect(ClientAddress("192.0.2.1").network == "192.0.2.1")
        #expect(ClientAddress("::ffff:192.0.2.1").network == "192.0.2.1")
        for text in ["2001:db8:1:2::1", "2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:0db8:0001:0002:0:0:192.0.2.1"] {
            #expect(ClientAddress(text).network == "2001:db8:1:2::/64")
        }
        #expect(ClientAddress("2001:db8:1:3::1").network == "2001:db8:1:3::/64")
        #expect(ClientAddress("::1").network == "::/64")
        #expect(ClientAddress("unix:").network == "unknown")
    }

    @Test("One address has one spelling")
    func canonical() {
        #expect(ClientAddress("192.0.2.1").text == "192.0.2.1")
        #expect(ClientAddress("2001:DB8:0:0::0001").text == "2001:db8::1")
        #expect(ClientAddress("::ffff:192.0.2.1").text == "192.0.2.1")
    }

    @Test(
        "What is no address is unknown",
        arguments: ["", "unix:", "1.2.3", "1.2.3.4:80", "[::1]", "fe80::1%eth0", "x\n"])
    func unknown(_ text: String) {
        #expect(ClientAddress(text) == .unknown)
        #expect(Request(parameters: [(.remoteAddress, text)]).clientAddress == .unknown)
    }
}
