import HTTP
import JSON
import Testing

@Suite struct ResponseTests {
    private func text(_ response: Response) -> String { String(decoding: response.cgiBytes(), as: UTF8.self) }

    @Test("204 is written without a body, a length or a type")
    func noContent() throws {
        var response = Response(status: 204)
        try response.set(.authUser, "ada")
        #expect(text(response) == "Status: 204 No Content\r\nX-Auth-User: ada\r\n\r\n")
        let withBody = Response(status: 204, contentType: HeaderValue(fixed: "text/plain"), body: [65])
        #expect(text(withBody) == "Status: 204 No Content\r\n\r\n")
    }

    @Test("JSON is written with its type and length")
    func json() {
        #expect(
            text(.json(200, ["ok": true]))
                == "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}")
    }

    @Test("A redirect has no type and an empty body")
    func redirect() {
        #expect(
            text(.redirect(to: HeaderValue(fixed: "/login")))
                == "Status: 303 See Other\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("Setting replaces whatever the case of the name, adding does not")
    func setAndAdd() throws {
        var response = Response(status: 200)
        try response.set(.vary, "Origin")
        let lower = try #require(HeaderName("vary"))
        try response.set(lower, "Accept")
        #expect(response.values(.vary) == ["Accept"])
        try response.add(.setCookie, "a=1")
        try response.add(.setCookie, "b=2")
        #expect(response.values(.setCookie) == ["a=1", "b=2"])
    }

    @Test(
        "Only visible ASCII, SP and HTAB can be in a value",
        arguments: (0...255).map { UInt8($0) })
    func valueBytes(_ byte: UInt8) {
        let text = "a\(Character(UnicodeScalar(byte)))b"
        if byte == 0x09 || (0x20...0x7E).contains(byte) {
            #expect(throws: Never.self) { try HeaderValue(text) }
        } else {
            #expect(throws: HeaderError.invalidValue) { try HeaderValue(text) }
        }
    }

    @Test(
        "CR and LF can't be hidden in one Character",
        arguments: ["a\r\nSet-Cookie: x=1", "\r\n", "a\u{2028}b", "a\u{1F468}b"])
    func graphemes(_ text: String) {
        #expect(throws: HeaderError.invalidValue) { try HeaderValue(text) }
    }

    @Test("A name is a token", arguments: ["", "A B", "A:B", "A\r\nB", "Ä", "A\0"])
    func badNames(_ name: String) {
        #expect(HeaderName(name) == nil)
    }

    @Test("Percent-encoded text can hold anything and no two texts come out alike")
    func percentEncodedValues() {
        #expect(HeaderValue(percentEncoding: "ada.l+x@example.org").text == "ada.l+x@example.org")
        #expect(HeaderValue(percentEncoding: "jürgen 100%\r\n").text == "j%C3%BCrgen%20100%25%0D%0A")
        #expect(HeaderValue(percentEncoding: "%41") != HeaderValue(percentEncoding: "A"))
    }
}
