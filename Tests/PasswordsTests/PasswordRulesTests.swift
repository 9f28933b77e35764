import Secrets
import Testing

@testable import Passwords

@Suite("Password rules")
struct PasswordRulesTests {
    let rules = PasswordRules(minimum: 15)

    private func bytes(_ password: SecretBytes?) -> [UInt8]? {
        password?.withUnsafeBytes { Array($0) }
    }

    private func normalized(_ text: String) -> [UInt8]? {
        bytes(try? rules.normalize(secret(text)).get())
    }

    private func refusal(_ raw: SecretBytes) -> PasswordRefusal? {
        guard case .failure(let refusal) = rules.normalize(raw) else { return nil }
        return refusal
    }

    @Test("15 to 256 code points are accepted, counted after NFC")
    func length() {
        #expect(refusal(secret(String(repeating: "a", count: 14))) == .tooShort(minimum: 15))
        #expect(refusal(secret(String(repeating: "a", count: 15))) == nil)
        #expect(refusal(secret(String(repeating: "🔑", count: 256))) == nil)
        #expect(refusal(secret(String(repeating: "a", count: 257))) == .tooLong(maximum: 256))
        #expect(refusal(secret(String(repeating: "e\u{301}", count: 14))) == .tooShort(minimum: 15))
        #expect(refusal(secret(String(repeating: "e\u{301}", count: 256))) == nil)
        #expect(refusal(secret("")) == .tooShort(minimum: 15))
    }

    @Test("no setting goes under 8")
    func floor() {
        #expect(PasswordRules(minimum: 1).minimum == 8)
    }

    @Test("composed and decomposed spellings are one password")
    func normalization() {
        #expect(normalized("pässwörter für alle") == normalized("pa\u{308}sswo\u{308}rter fu\u{308}r alle"))
        #expect(normalized("각각각각각각각각각각각각각각각") == normalized(String(repeating: "\u{1100}\u{1161}\u{11A8}", count: 15)))
    }

    @Test("marks in another order are one password (Unicode canonical ordering)")
    func canonicalOrder() {
        #expect(normalized("a\u{323}\u{307} fifteen letters") == normalized("a\u{307}\u{323} fifteen letters"))
    }

    @Test("compatibility forms, case, spaces and NUL stay as they are")
    func keptAsGiven() {
        for text in ["ﬁfteen or more letters", " spaces at both ends ", "NUL \0 and after it", "ＦＵＬＬＷＩＤＴＨ ｌｅｔｔｅｒｓ"] {
            #expect(normalized(text) == Array(text.utf8))
        }
    }

    @Test(
        "what is not UTF-8 is refused",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]])
    func invalidUTF8(tail: [UInt8]) {
        let raw = SecretBytes(copying: Array("a long enough password".utf8) + tail)
        #expect(refusal(raw) == .notUTF8)
        #expect(PasswordRules.forVerification(raw) == nil)
    }

    @Test("a password of earlier rules can still be checked")
    func verificationHasNoLengthRule() {
        #expect(bytes(PasswordRules.forVerification(secret("short"))) == Array("short".utf8))
        #expect(bytes(PasswordRules.forVerification(secret("e\u{301}"))) == [0xC3, 0xA9])
        #expect(bytes(PasswordRules.forVerification(secret(""))) == [])
    }

    @Test("a password too long to look at is refused before any work on it")
    func byteBound() {
        let raw = secret(String(repeating: "a", count: PasswordRules.maximumBytes + 1))
        #expect(refusal(raw) == .tooLong(maximum: 256))
        #expect(PasswordRules.forVerification(raw) == nil)
    }
}
