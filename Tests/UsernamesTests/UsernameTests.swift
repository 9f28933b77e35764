import Testing
import Usernames

@Suite("User names")
struct UsernameTests {
    private func canonical(_ text: String) -> String? { (try? Username(any: text))?.canonical }

    private func refusal(_ text: String) -> UsernameRefusal? {
        do throws(UsernameRefusal) {
            _ = try Username(any: text)
            return nil
        } catch { return error }
    }

    @Test(
        "spellings of one name have one canonical form",
        arguments: [
            ("admin", "admin"), ("ADMIN", "admin"), ("Admin", "admin"), ("ａｄｍｉｎ", "admin"), ("ＡＤＭＩＮ", "admin"),
            ("Jürgen", "jürgen"), ("JU\u{308}RGEN", "jürgen"), ("ΑΘΗΝΆ", "αθηνά"), ("ﾃｽﾄ", "テスト"), ("ｶﾞｽ", "ガス"),
            ("Иван", "иван"), ("İstanbul", "i\u{307}stanbul"), ("juliet@example.com", "juliet@example.com"),
            ("fussball", "fussball"), ("fußball", "fußball"), ("π", "π"), ("Σ", "σ"), ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("ΣΑΣ.Σ-ΑΣ1", "σασ.ς-ας1"), ("ς", "ς"), ("ẞ", "ß"),
            ("henry4", "henry4"), ("a.b-c_d+e", "a.b-c_d+e"), ("राम", "राम"), ("李", "李"), ("l·l", "l·l"), ("L·L", "l·l"),
        ])
    func oneForm(spelling: String, expected: String) {
        // Compared byte for byte: String's own equality would hide a missing normalisation.
        #expect(canonical(spelling).map { Array($0.utf8) } == Array(expected.utf8))
    }

    @Test(
        "look-alikes are other names, never the same account",
        arguments: ["admın", "аdmin", "ádmin", "adm1n", "admin."])
    func lookAlikes(text: String) {
        #expect(canonical(text) != "admin")
    }

    @Test(
        "spaces, controls, invisible, unassigned and private characters and symbols are refused",
        arguments: [
            "two words", " ", "admin ", " admin", "a\tb", "a\u{A0}b", "a\u{3000}b", "a\u{2003}b", "a\0b", "a\nb",
            "a\u{7F}b",
            "a\u{85}b", "a\u{200B}b", "a\u{200C}b", "a\u{200D}b", "a\u{2060}b", "a\u{FEFF}b", "a\u{AD}b", "a\u{202E}b",
            "a\u{2066}b", "a\u{E000}b", "a\u{F0000}b", "a\u{378}b", "a\u{FFFE}b", "a\u{10FFFF}b", "a\u{E0041}b", "♚",
            "🔑", "henryⅣ", "ﬁne", "a\u{2044}b", "a…b", "ª", "½", "\u{1100}\u{1161}", "ﾡ", "\u{212B}", "\u{640}",
            "a\u{115F}b", "a\u{FE0F}", "\u{FFFD}",
        ])
    func forbidden(text: String) {
        #expect(refusal(text) == .forbiddenCharacter)
    }

    @Test("nothing is no name")
    func empty() {
        #expect(refusal("") == .empty)
    }

    @Test("a name has at most 64 code points in its canonical form")
    func length() {
        #expect(canonical(String(repeating: "a", count: 64)) != nil)
        #expect(refusal(String(repeating: "a", count: 65)) == .tooLong)
        #expect(canonical(String(repeating: "e\u{301}", count: 64)) != nil)
        #expect(canonical(String(repeating: "李", count: 64)) != nil)
        #expect(refusal(String(repeating: "a", count: 100_000)) == .tooLong)
    }

    @Test("a combining mark needs something to stand on", arguments: ["\u{301}a", "\u{30A}", "\u{93E}", "\u{3099}ab"])
    func combiningFirst(text: String) {
        #expect(refusal(text) == .misplacedCharacter)
    }

    @Test(
        "companion letters stand only in their context (RFC 5892 appendix A)",
        arguments: [
            ("a·l", false), ("l·", false), ("·", false), ("͵α", true), ("α͵", false), ("͵a", false), ("א׳", true),
            ("a׳", false), ("א״ב", true), ("ア・ア", true), ("山・a", true), ("a・b", false), ("・", false),
        ])
    func context(text: String, allowed: Bool) {
        #expect(refusal(text) == (allowed ? nil : .misplacedCharacter))
    }

    @Test("Arabic-Indic digits of one kind may be used, both kinds together may not")
    func arabicDigits() {
        #expect(canonical("سعيد٣") != nil)
        #expect(canonical("سعيد۳") != nil)
        #expect(refusal("سعيد٣۳") == .misplacedCharacter)
    }

    @Test(
        "a right-to-left name has one reading order (RFC 5893 section 2)",
        arguments: [
            ("עברית", true), ("עברית1", true), ("1עברית", false), ("abcעברית", false), ("עבריתabc", false),
            ("سعيد", true),
            ("عربي١", true), ("عربي١1", false), ("עברית-", false), ("ע\u{5B0}", true), ("abc", true), ("1abc", true),
        ])
    func direction(text: String, allowed: Bool) {
        #expect(refusal(text) == (allowed ? nil : .mixedDirection))
    }
}
