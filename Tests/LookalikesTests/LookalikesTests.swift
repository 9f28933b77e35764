import Lookalikes
import TestFixtures
import Testing
import Usernames

@Suite("Look-alikes")
struct LookalikesTests {
    private let lookalikes: Lookalikes

    init() throws { lookalikes = try Lookalikes() }

    private func skeleton(_ text: String) throws -> String { try lookalikes.admit(Username(any: text)) }

    private func refusal(_ text: String) -> UsernameRefusal? {
        do {
            _ = try skeleton(text)
            return nil
        } catch { return error as? UsernameRefusal }
    }

    @Test(
        "names that look alike have one skeleton (N 2.8)",
        arguments: [
            ("coco", "сосо"), ("paypal", "paypa1"), ("modern", "rnodern"), ("admin", "admın"),
            ("admin", "adrnin"), ("root", "r00t"), ("root", "ROOT"), ("o", "0"), ("oo", "ο0"), ("oo", "о0"),
            ("straße", "STRASSE"), ("ΑΣ", "ας"), ("admin", "admin."), ("admin", ".admin"), ("admin", "admin.."),
            ("scope", "ѕсоре"), ("user1", "userl"),
            ("apple", "аррӏе"), ("admin", "ᴀᴅᴍɪɴ"), ("wolf", "vvolf"), ("tom", "том"), ("kk", "κκ"), ("heko", "неко"),
        ])
    func sameSkeleton(one: String, other: String) throws {
        #expect(try skeleton(one).utf8.elementsEqual(skeleton(other).utf8))
    }

    @Test("a skeleton is its own", arguments: ["admin", "0", "modern", "paypa1", "ΑΣ", "straße", "李小龍", "سعيد٣"])
    func fixedPoint(text: String) throws {
        let once = try skeleton(text)
        #expect(lookalikes.skeleton(of: once) == once)
    }

    @Test(
        "scripts that are not written together are refused, those that are are not (UTS #39 section 5.2)",
        arguments: [
            ("аdmin", UsernameRefusal.mixedScripts), ("admιn", .mixedScripts), ("иvan", .mixedScripts),
            ("१২", .mixedScripts),
            ("山田テスト", nil), ("山田abc", nil), ("김철수kim", nil), ("李a1", nil), ("иван-1", nil), ("سعيد٣", nil),
            ("a1.b_c", nil),
        ])
    func scripts(text: String, expected: UsernameRefusal?) {
        #expect(refusal(text) == expected)
    }

    @Test("marks that cannot be seen are refused", arguments: ["i\u{307}", "a\u{301}\u{301}", "..", "."])
    func invisible(text: String) {
        #expect(refusal(text) == .misplacedCharacter)
    }

    @Test("of an address the parts may be of different scripts, each in itself of one")
    func addresses() throws {
        #expect(throws: Never.self) { try lookalikes.admit(Username(email: "иван@example.org")) }
        #expect(throws: UsernameRefusal.mixedScripts) { try lookalikes.admit(Username(email: "иvан@example.org")) }
        #expect(throws: UsernameRefusal.mixedScripts) { try lookalikes.admit(Username(email: "ivan@еxample.org")) }
        #expect(try lookalikes.admit(Username(email: "a@b.example")) == "a@b.exarnple")
    }

    @Test("names made in bulk are all different but for 0 and o, 1 and l, rn and m")
    func bulk() throws {
        var generator = SystemRandomNumberGenerator()
        let hexadecimal = Array("0123456789abcdef")
        let base32 = Array("abcdefghijklmnopqrstuvwxyz234567")
        func random(_ alphabet: [Character]) -> String {
            String((0..<12).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
        }
        let numbered = (1...4000).flatMap { ["user-\($0)", "u\($0)", "name.\($0)"] }
        let drawn = (1...4000).flatMap { _ in ["user-" + random(hexadecimal), random(base32)] }
        let names = Set(numbered + drawn)
        #expect(names.count > 19_000)
        let plain = Set(
            names.map { String($0.replacing("0", with: "o").replacing("1", with: "l").replacing("m", with: "rn")) })
        #expect(try Set(names.map(skeleton)).count == plain.count)
        #expect(Set(try numbered.map(skeleton)).count == numbered.count)
    }

    @Test("every code point that can be a name has a skeleton that is its own")
    func everyCodePoint() throws {
        var admitted = 0
        for value in UInt32(0x21)...0x1FFFF where value % 7 == 0 || value < 0x3000 {
            guard let scalar = Unicode.Scalar(value), let name = try? Username(any: String(scalar)) else { continue }
            guard let once = lookalikes.skeleton(of: name.canonical) else { continue }
            admitted += 1
            #expect(lookalikes.skeleton(of: once) == once)
        }
        #expect(admitted > 5000)
    }

    @Test("all threads may share one")
    func shared() throws {
        let lookalikes = lookalikes
        let results = inParallel(8) { number in
            try (0..<200).map { try lookalikes.admit(Username(any: "name-\(number)-\($0)-paypa1")) }
        }
        #expect(Set(try results.flatMap { try $0.get() }).count == 1600)
    }
}
