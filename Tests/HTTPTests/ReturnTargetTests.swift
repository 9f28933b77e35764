import HTTP
import Testing

@Suite struct ReturnTargetTests {
    @Test(
        "A path of this site is kept as it is",
        arguments: [
            "/", "/private/", "/private/?a=1&b=2", "/a/b.html#part", "/a%20b", "/search?q=a%0Ab", "/x?next=//other/..",
            "/x?u=https://example.org/", "/.well-known/x", "/..a/b", "/~ada/", "/a:b@c",
        ])
    func kept(_ rd: String) {
        #expect(ReturnTarget(rd)?.location.text == rd)
    }

    @Test("What is not ASCII, or would end a URL in markup, is percent-encoded")
    func encoded() {
        #expect(ReturnTarget("/é?q=a b")?.location.text == "/%C3%A9?q=a%20b")
        #expect(ReturnTarget("/a\"<b>")?.location.text == "/a%22%3Cb%3E")
        #expect(ReturnTarget("/\u{85}\u{202E}x")?.location.text == "/%C2%85%E2%80%AEx")
    }

    @Test(
        "No trick leads off the site",
        arguments: [
            // Another host, plainly and by what browsers read as "//".
            "", "evil.example", "//evil.example", "///evil.example", "////evil.example/%2e%2e", "/\\evil.example",
            "\\/evil.example", "\\\\evil.example", "/\\/\\/evil.example", "/\t/evil.example", "/\n/evil.example",
            "/\r/evil.example", "/\u{0B}/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example",
            "//evil.example\\@good.example", "/\u{7F}/evil.example",
            // The same, percent-encoded once more.
            "%2f%2fevil.example", "/%2fevil.example", "/%2F%2Fevil.example", "/%5cevil.example", "/%09/evil.example",
            "/%0a/evil.example", "/%0d%0aLocation:%20https://evil.example", "/%00/evil.example", "/%20/evil.example",
            "/x%5c..%5cevil.example", "/%7f/x", "/%", "/%zz",
            // Segments that are taken out on the way.
            "/.//evil.example", "/..//evil.example", "/./evil.example", "/../evil.example", "/%2e%2e//evil.example",
            "/a/../../evil.example", "/a//evil.example", "/https://evil.example", "/.", "/a/..",
            // Whole URLs, with every disguise.
            "https:evil.example", "https:/evil.example", "https://evil.example", "HTTPS://evil.example",
            "https://good.example@evil.example", "https://good.example.evil.example",
            "https://evil.example#good.example",
            "https://evil.example?good.example", "http:evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "/\r\nSet-Cookie: a=b", "?//evil.example",
            "#//evil.example", "@evil.example", ".evil.example", "<>//evil.example", "\u{2028}//evil.example",
            "\u{FF0F}/evil.example",
        ])
    func refused(_ rd: String) {
        #expect(ReturnTarget(rd) == nil)
    }

    @Test("A target may be 2048 bytes and not one more")
    func size() {
        let longest = "/" + String(repeating: "a", count: 2047)
        #expect(ReturnTarget(longest) != nil)
        #expect(ReturnTarget(longest + "a") == nil)
    }
}
