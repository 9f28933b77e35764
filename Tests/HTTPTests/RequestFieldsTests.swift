import HTTP
import Secrets
import Testing

@Suite struct RequestFieldsTests {
    private func fields(_ type: String?, _ body: some Collection<UInt8>) throws -> RequestFields {
        let parameters: [(RequestParameter, String)] = type.map { [(.contentType, $0)] } ?? []
        return try RequestFields(Request(parameters: parameters, body: .bytes(SecretBytes(copying: body))))
    }

    private func json(_ text: String) throws -> RequestFields { try fields("application/json", text.utf8) }
    private func form(_ text: String) throws -> RequestFields {
        try fields("application/x-www-form-urlencoded", text.utf8)
    }

    @Test("JSON and a form are read alike")
    func both() throws {
        let json = try json(#"{"username":"ada","password":"p w","remember":true}"#)
        let form = try form("username=ada&password=p+w&remember=on")
        #expect(!json.isForm && form.isForm)
        for fields in [json, form] {
            #expect(fields.string("username") == .value("ada"))
            let password = try #require(fields.secret("password").value)
            #expect(password.withUnsafeBytes { Array($0) } == Array("p w".utf8))
            #expect(fields.bool("remember") == .value(true))
            #expect(fields.string("email") == .absent)
        }
    }

    @Test("A member of another type is told from an absent one")
    func wrongTypes() throws {
        let fields = try json(#"{"username":1,"password":["a"],"remember":"true","email":null}"#)
        #expect(fields.string("username") == .wrongType)
        #expect(fields.secret("password").value == nil)
        #expect(fields.bool("remember") == .wrongType)
        #expect(fields.string("email") == .absent)
        #expect(try form("remember=maybe").bool("remember") == .wrongType)
    }

    @Test("An input left empty in a form is absent, an empty JSON string is not")
    func emptyValues() throws {
        #expect(try form("email=&a").string("email") == .absent)
        #expect(try json(#"{"email":""}"#).string("email") == .value(""))
    }

    @Test(
        "Bodies with two meanings, or none, are malformed",
        arguments: [
            ("application/json", ""), ("application/json", "[]"), ("application/json", "\"x\""),
            ("application/json", "{"), ("application/json", #"{"a":1,"a":2}"#), ("application/json", "{}x"),
            ("application/json", #"{"a":1,"\u0061":2}"#),
            ("application/x-www-form-urlencoded", "a=1&a=2"), ("application/x-www-form-urlencoded", "a=1&%61=1"),
            ("application/x-www-form-urlencoded", "a=%"), ("application/x-www-form-urlencoded", "a=%4"),
            ("application/x-www-form-urlencoded", "a=%zz"), ("application/x-www-form-urlencoded", "a=%ff"),
            ("application/x-www-form-urlencoded", "%c3=1"), ("application/x-www-form-urlencoded", "a=%ed%a0%80"),
        ])
    func malformed(type: String, body: String) {
        #expect(throws: BodyRefusal.malformed) { try fields(type, body.utf8) }
    }

    @Test("A form with more fields than any page has is malformed")
    func tooManyFields() {
        let pairs = (0...FormBody.maximumFields).map { "f\($0)=1" }
        #expect(throws: BodyRefusal.malformed) { try form(pairs.joined(separator: "&")) }
        #expect(throws: Never.self) { try form(pairs.dropLast().joined(separator: "&")) }
    }

    @Test("NUL, line feeds and four-byte characters of a password arrive as sent")
    func passwordBytes() throws {
        let expected = Array("a\0b\n\u{1F600}+ ".utf8)
        let form = try form("password=a%00b%0A%F0%9F%98%80%2B+")
        #expect(form.secret("password").value?.withUnsafeBytes { Array($0) } == expected)
        let json = try json(#"{"password":"a\u0000b\n\ud83d\ude00+ "}"#)
        #expect(json.secret("password").value?.withUnsafeBytes { Array($0) } == expected)
    }

    @Test(
        "Types we read, in any case, with a UTF-8 charset",
        arguments: [
            "application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\"",
            " application/json ; profile=x",
        ])
    func acceptedTypes(_ type: String) {
        #expect(throws: Never.self) { try fields(type, "{}".utf8) }
    }

    @Test(
        "Any other type is unsupported, text/plain that a cross-site form can send first of all",
        arguments: [
            "text/plain", "text/plain; application/json", "multipart/form-data; boundary=x", "application/json-patch",
            "application/json; charset=latin1", "application/json, text/plain", "application/jsonx", "; charset=utf-8",
        ])
    func unsupportedTypes(_ type: String) {
        #expect(throws: BodyRefusal.unsupportedMediaType) { try fields(type, "{}".utf8) }
    }

    @Test("No type is fine with no body and unsupported with one")
    func noType() throws {
        #expect(throws: BodyRefusal.unsupportedMediaType) { try fields(nil, "{}".utf8) }
        #expect(try fields(nil, []).string("scope") == .absent)
        #expect(try fields("", []).isForm == false)
        #expect(try RequestFields(Request()).bool("remember") == .absent)
    }

    @Test("Two different types, or a body past the limit, are refused")
    func refusals() {
        let two = Request(parameters: [(.contentType, "application/json"), (.contentType, "text/plain")])
        #expect(throws: BodyRefusal.unsupportedMediaType) { try RequestFields(two) }
        let large = Request(parameters: [(.contentType, "application/json")], body: .tooLarge)
        #expect(throws: BodyRefusal.tooLarge) { try RequestFields(large) }
    }
}
