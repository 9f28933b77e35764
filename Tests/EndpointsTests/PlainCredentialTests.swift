import Authentication
import HTTP
import Testing

/// What is found without copying must be what `Credential` finds, or nothing.
@Suite("A token found where it lies is the request's token")
struct PlainCredentialTests {
    private let plain = PlainCredential(cookieName: "__Host-access")

    private func inCookie(_ header: String) -> String? {
        var header = header
        return header.withUTF8 { bytes in
            plain.token(inCookie: UnsafeRawBufferPointer(bytes)).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private func inAuthorization(_ header: String) -> String? {
        var header = header
        return header.withUTF8 { bytes in
            plain.token(inAuthorization: UnsafeRawBufferPointer(bytes)).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(
        "The one cookie of the name is found wherever it stands",
        arguments: [
            "__Host-access=t.o.k", "a=b; __Host-access=t.o.k", "__Host-access=t.o.k; c=d", ";;__Host-access=t.o.k;",
            "a=b;\t __Host-access= t.o.k \t;c", "x__Host-access=no; __Host-access=t.o.k", "a; __Host-access=t.o.k",
        ])
    func found(header: String) {
        #expect(inCookie(header) == "t.o.k")
        let request = Request(parameters: [(.cookie, header)])
        #expect(Credential(request, cookieName: "__Host-access") == .cookie("t.o.k"))
    }

    @Test(
        "A header that is not plain about it is left to be judged",
        arguments: [
            "", "__Host-access", "a=b", "__Host-accessx=t", "__host-access=t", "__Host-access=a; __Host-access=b",
            "__Host-access=a; __Host-access=a", "__Host-access =a", "__Host-access=a; __Host-access\t=b",
            "\u{a0}__Host-access=t", "=__Host-access=t",
        ])
    func notPlain(header: String) {
        #expect(inCookie(header) == nil)
    }

    @Test("A bearer token is read with its scheme in any case", arguments: ["Bearer t", "bearer t", "BEARER   t"])
    func bearer(header: String) {
        #expect(inAuthorization(header) == "t")
    }

    @Test(
        "Another scheme has no token",
        arguments: ["", "Bearer", "Basic YTpi", "Bearertoken", "Bearer\tt", "Bearer\0t", "Token t"])
    func otherScheme(header: String) {
        #expect(inAuthorization(header) == nil)
    }
}
