import HTTP
import Testing

@Suite struct CookiePolicyTests {
    @Test("By default both cookies are __Host-, HttpOnly, Secure, Lax, for the whole site")
    func defaults() throws {
        let policy = try CookiePolicy()
        #expect(
            try policy.access("t.o.k", lifetime: .seconds(900)).headerValue.text
                == "__Host-access=t.o.k; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=900")
        #expect(
            try policy.refresh("r", idle: .seconds(604_800), remember: true).headerValue.text
                == "__Host-refresh=r; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=604800")
    }

    @Test("The refresh cookie ends with the browser unless remembered")
    func sessionCookie() throws {
        let cookie = try CookiePolicy().refresh("r", idle: .seconds(60), remember: false)
        #expect(!cookie.headerValue.text.contains("Max-Age"))
    }

    @Test("The device cookie is like them, and a logout does not clear it")
    func device() throws {
        let policy = try CookiePolicy()
        #expect(
            try policy.device("d", lifetime: .seconds(86_400)).headerValue.text
                == "__Host-device=d; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=86400")
        #expect(try CookiePolicy(domain: "example.org").names.device == "__Secure-device")
        #expect(policy.cleared.allSatisfy { !$0.headerValue.text.contains(policy.names.device) })
    }

    @Test("With a domain the prefix is __Secure-, without Secure there is none")
    func prefixes() throws {
        let shared = try CookiePolicy(domain: "example.org", sameSite: .strict)
        #expect(
            try shared.access("t", lifetime: .seconds(1)).headerValue.text
                == "__Secure-access=t; Path=/; HttpOnly; Secure; SameSite=Strict; Domain=example.org; Max-Age=1")
        let plain = try CookiePolicy(secure: false)
        #expect(
            try plain.access("t", lifetime: .seconds(1)).headerValue.text
                == "access=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=1")
        #expect(plain.names.refresh == "refresh")
    }

    @Test(
        "A cookie is cleared with the attributes it was set with",
        arguments: [(true, nil, SameSite.lax), (true, "example.org", .none), (false, nil, .strict)]
            as [(Bool, String?, SameSite)])
    func clearing(secure: Bool, domain: String?, sameSite: SameSite) throws {
        let policy = try CookiePolicy(secure: secure, domain: domain, sameSite: sameSite)
        func attributes(_ cookie: SetCookie) -> [Substring] {
            cookie.headerValue.text.split(separator: "; ").dropFirst().filter { !$0.hasPrefix("Max-Age") }
        }
        let access = try policy.access("t", lifetime: .seconds(900))
        #expect(attributes(policy.clearedAccess) == attributes(access))
        #expect(policy.clearedAccess.headerValue.text.hasPrefix("\(policy.names.access)=; "))
        #expect(policy.clearedAccess.headerValue.text.hasSuffix("; Max-Age=0"))
        let refresh = try policy.refresh("t", idle: .seconds(900), remember: false)
        #expect(attributes(policy.clearedRefresh) == attributes(refresh))
        #expect(policy.clearedRefresh.headerValue.text.hasPrefix("\(policy.names.refresh)=; "))
    }

    @Test("What browsers would not accept or keep can't be made")
    func refusals() throws {
        #expect(throws: CookieError.needsSecure) { try CookiePolicy(secure: false, sameSite: .none) }
        #expect(throws: CookieError.needsSecure) { try CookiePolicy(secure: false, domain: "example.org") }
        for domain in ["", "example.org;", ".example.org", "a b", "Example.org", "a..b", "-a.b", "ä.example"] {
            #expect(throws: CookieError.invalidDomain) { try CookiePolicy(domain: domain) }
        }
        for value in ["a;b", "a,b", "a b", "a\"", "a\\", "a\r\nX: y", "a\0", "é", "a\u{7F}"] {
            #expect(throws: CookieError.invalidValue) { try CookiePolicy().access(value, lifetime: .seconds(1)) }
        }
    }

    @Test("Name and value may be 4096 bytes together, and not one more")
    func size() throws {
        let policy = try CookiePolicy()
        let longest = String(repeating: "a", count: 4096 - policy.names.access.utf8.count)
        #expect(throws: Never.self) { try policy.access(longest, lifetime: .seconds(1)) }
        #expect(throws: CookieError.tooLong) { try policy.access(longest + "a", lifetime: .seconds(1)) }
    }
}

@Suite struct CookieLookupTests {
    private func find(_ headers: String...) -> CookieLookup { CookieLookup.find("__Host-access", in: headers) }

    @Test("The cookie is found wherever it stands, in whichever header")
    func found() {
        #expect(find("__Host-access=x") == .value("x"))
        #expect(find("a=1; __Host-access=x; b=2") == .value("x"))
        #expect(find("a=1", "b=2;\t__Host-access=x\t") == .value("x"))
        #expect(find("__Host-access=a=b==") == .value("a=b=="))
        #expect(find("") == .absent)
        #expect(find() == .absent)
    }

    @Test(
        "A name that only a lenient reader takes for ours is not ours",
        arguments: [
            "\u{A0}__Host-access=x", "\u{2000}__Host-access=x", "\u{85}__Host-access=x", "\u{0B}__Host-access=x",
            "__host-access=x", "\"__Host-access\"=x", "$Version=1__Host-access=x", "=__Host-access=x",
            "__Host-access", "x__Host-access=x", "__Host-access\u{301}=x", "__Host-access\0=x",
        ])
    func notOurs(_ header: String) {
        #expect(find(header) == .absent)
    }

    @Test("Quotes belong to the value, and $ names mean nothing")
    func noLegacySyntax() {
        #expect(find("__Host-access=\"x\"") == .value("\"x\""))
        #expect(find("$Version=1; __Host-access=x; $Path=/deep") == .value("x"))
        #expect(find("a=\"; __Host-access=x; \"") == .value("x"))
    }

    @Test("Two different values conflict, in one header or in two; two equal ones do not")
    func duplicates() {
        #expect(find("__Host-access=x; __Host-access=y") == .conflicting)
        #expect(find("__Host-access=x", "__Host-access=y") == .conflicting)
        #expect(find("__Host-access=; __Host-access=x") == .conflicting)
        #expect(find("__Host-access=x", "__Host-access=x; a=b") == .value("x"))
    }
}
