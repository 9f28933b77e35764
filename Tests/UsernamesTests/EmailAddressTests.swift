import Testing
import Usernames

@Suite("E-mail addresses")
struct EmailAddressTests {
    private func refusal(_ text: String) -> UsernameRefusal? {
        do throws(UsernameRefusal) {
            _ = try EmailAddress(text)
            return nil
        } catch { return error }
    }

    @Test("as a name, the whole address is lower-cased")
    func asName() throws {
        #expect(try Username(email: "Ana.Maria+Shop@Example.COM").canonical == "ana.maria+shop@example.com")
        #expect(try Username(email: "Jürgen@BÜCHER.example").canonical == "jürgen@bücher.example")
    }

    @Test("as contact data, the case of the local part is kept")
    func asContact() throws {
        #expect(try EmailAddress("Ana.Maria@Example.COM").text == "Ana.Maria@example.com")
    }

    @Test(
        "ordinary addresses are accepted",
        arguments: [
            "a@b", "a@b.c", "x!#$%&'*+-/=?^_`{|}~@example.org", "user@xn--bcher-kva.example", "1@2.example",
            "пользователь@пример.рф", "用户@例子.中国",
        ])
    func accepted(text: String) {
        #expect(refusal(text) == nil)
    }

    @Test(
        "what is not local@domain is refused",
        arguments: [
            "a", "@", "a@", "@b", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "a@b.-c",
        ])
    func notAnAddress(text: String) {
        #expect(refusal(text) == .notEmailAddress)
    }

    @Test(
        "quotes, spaces, comments, controls and address literals are refused",
        arguments: [
            "\"a b\"@c", "a b@c", " a@b", "a@b ", "a@b\n", "a(x)@b", "a@[127.0.0.1]", "a@b_c", "a,b@c", "<a@b>",
            "a\0@b",
            "a@b\u{200B}c", "a@b＠c", "a\r\nBcc:x@b", "a@b/c", "a@b．c",
        ])
    func forbidden(text: String) {
        #expect(refusal(text) == .forbiddenCharacter)
    }

    @Test("SMTP's lengths hold: 64 bytes, 63 a label, 254 in all")
    func lengths() {
        let label = String(repeating: "b", count: 63)
        #expect(refusal(String(repeating: "a", count: 64) + "@example.org") == nil)
        #expect(refusal(String(repeating: "a", count: 65) + "@example.org") == .tooLong)
        #expect(refusal("a@\(label).org") == nil)
        #expect(refusal("a@\(label)b.org") == .tooLong)
        #expect(refusal("aa@\(label).\(label).\(label).\(String(repeating: "b", count: 59))") == nil)
        #expect(refusal("aa@\(label).\(label).\(label).\(String(repeating: "b", count: 60))") == .tooLong)
        #expect(refusal("") == .empty)
    }
}
