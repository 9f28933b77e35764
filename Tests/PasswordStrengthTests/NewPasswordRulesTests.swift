import Passwords
import Secrets
import Testing

@testable import PasswordStrength

@Suite("New passwords")
struct NewPasswordRulesTests {
    private let rules = NewPasswordRules(minimum: 8, issuer: "https://shop.example-site.org:8443/")

    private func judge(_ text: String, _ names: [String] = []) -> Result<SecretBytes, PasswordRefusal> {
        rules.normalize(SecretBytes(copying: text.utf8), names: names)
    }

    private func refusal(_ text: String, _ names: [String] = []) -> String? {
        guard case .failure(let refusal) = judge(text, names) else { return nil }
        return refusal.code
    }

    @Test(
        "a common password is refused, whatever its case and width of composition (N-P6)",
        arguments: [
            "password", "PASSWORD", "Password1", "iloveyou", "1q2w3e4r5t6y7u8i9o0p", "qwertyuiop12345", "123456789",
            "passwordpassword", "PasswordPasswordPassword", "iloveyou12345678", "passwordiloveyou", "zzzzzzzz",
            "qwertyuiopasdfg", "aaaaaaaaaaaaaaa", "abcdefghijklmno", "1qaz2wsx3edc4rfv5tgb",
        ])
    func common(text: String) {
        #expect(refusal(text) == "too_common")
    }

    @Test("the whole password is compared, so that a long one may begin or end with a common one (N-P6)")
    func wholeOnly() {
        #expect(refusal("password giraffe tundra") == nil)
        #expect(refusal("giraffe tundra password") == nil)
        #expect(refusal("iloveyou the way the tundra loves moss") == nil)
    }

    @Test("there are more than 10000 common passwords, sorted, each found (N-P6)")
    func list() {
        let words = CommonPasswords.list.description.split { $0 == " " || $0 == "\n" }.map(String.init)
        #expect(words.count == 18597)
        #expect(words.filter { $0.count >= 15 }.count == 1689)
        #expect(words.allSatisfy { $0.utf8.count >= CommonPasswords.shortest })
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(words.allSatisfy { word in Array(word.utf8).withUnsafeBytes(CommonPasswords.contains) })
        #expect(!words.contains { word in Array((word + "\n").utf8).withUnsafeBytes(CommonPasswords.contains) })
        #expect(words.allSatisfy { refusal($0) == "too_common" })
    }

    @Test(
        "names of the account and the site, and hardly more, are refused (N-P6)",
        arguments: [
            "maria.lopez", "MARIA.LOPEZ", "marialopez", "lopez-maria-2026", "maria.lopez@mail.example",
            "Maria Lopez!!", "lopezlopezlopez", "12maria34", "shop.example-site.org", "example-site", "ExampleSite2026",
            "maria@example-site", "shopmaria", "mariamariamaria1",
        ])
    func similar(text: String) {
        #expect(refusal(text, ["maria.lopez", "maria.lopez@mail.example"]) == "too_similar")
    }

    @Test("a name in another case, composed otherwise or in another script is the same name")
    func similarInUnicode() {
        #expect(refusal("JU\u{308}RGENSTRASSE1", ["jürgenstraße"]) == "too_similar")
        #expect(refusal("ИВАНПЕТРОВ7", ["иванпетров"]) == "too_similar")
    }

    @Test("a passphrase that merely contains a name is accepted")
    func nameInside() {
        #expect(refusal("maria keeps nine herons", ["maria.lopez"]) == nil)
        #expect(refusal("shop till the moon drops", ["maria"]) == nil)
        #expect(refusal("lopez 83650217 lopez", ["li.lopez"]) == nil)
    }

    @Test("a short name, or one of digits, is in passwords by chance")
    func shortNames() {
        #expect(refusal("82736451", ["8"]) == nil)
        #expect(refusal("li 827364 li 51", ["li"]) == nil)
        #expect(refusal("55512345678901 7", ["555"]) == nil)
    }

    @Test(
        "what is guessed in a million tries is refused, with the reason and advice (N-P6)",
        arguments: [
            ("aabaabaabaabaabaab", "repeated"), ("password1234567", "common word"),
            ("Passw0rd!Passw0rd!", "signs for letters"),
            ("mnopqrstuvwxyzmn", "usual order"), ("dfghjkl;'", "neighbouring keys"), ("14.07.1998", "a date"),
            ("maria12345678", "name of yours"), ("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "repeated"),
            ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "repeated"),
            ("абабабабабабабаб", "repeated"),
        ])
    func weak(text: String, reason: String) {
        guard case .failure(.tooWeak(let patterns)) = judge(text, ["maria"]) else {
            Issue.record("\(judge(text, ["maria"]))")
            return
        }
        let detail = PasswordRefusal.tooWeak(patterns).detail
        #expect(detail.contains(reason) && detail.contains("add two or three words"))
    }

    @Test(
        "no composition is asked for (N-P2)",
        arguments: [
            "correct horse battery staple", "all lower letters and spaces", "test-password-123", "8273645190182736",
            "пароль из четырёх слов", "走る山猫と古い傘と海", "Sekret 0123456789abcdef0123456789abcdef",
            " \t spaces  only outside ",
            "ὦ ξεῖν ἀγγέλλειν", "🦊🌲📎🪁🧂🎻🛶🧵", "NUL\0and more after",
        ])
    func accepted(text: String) {
        #expect(refusal(text) == nil)
    }

    @Test("every pattern has words of its own")
    func descriptions() {
        #expect(Set(PasswordPattern.allCases.map(\.description)).count == PasswordPattern.allCases.count)
        #expect(PasswordRefusal.tooWeak([]).detail.contains("too easy"))
    }
}
