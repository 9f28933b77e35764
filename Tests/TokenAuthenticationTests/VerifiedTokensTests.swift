import Identity
import Testing

@testable import TokenAuthentication
@testable import Tokens

@Suite("Tokens that were verified before")
struct VerifiedTokensTests {
    private static let time = Timestamp(seconds: 1_800_000_000)
    private static let identity = Identity(
        account: .make(at: time), session: .make(at: time), username: "ada", email: "ada@example.test",
        roles: ["admin", "ops"].compactMap(Role.init))
    private static let access = AccessToken(
        identity: identity, issuedAt: time, expiresAt: time + .seconds(900), usableFrom: time - .seconds(60),
        usableUntil: time + .seconds(900), id: "1", epoch: 7)

    private let tokens = VerifiedTokens(byteLimit: 256 << 10)

    private func add(_ token: String, answer: String) {
        var token = token
        token.withUTF8 {
            tokens.insert(UnsafeRawBufferPointer($0), Self.access, answer: Array(answer.utf8))
        }
    }

    private func answer(_ token: String) -> String? {
        find(token) { String(decoding: $0.answer, as: UTF8.self) }
    }

    private func find<Result>(_ token: String, _ body: (VerifiedToken) -> Result) -> Result? {
        var token = token
        return token.withUTF8 { tokens.find(UnsafeRawBufferPointer($0)).map(body) }
    }

    @Test("A token is found with its own answer and with what it says of its user")
    func found() {
        add("a.b.c", answer: "first")
        add("a.b.d", answer: "second")
        #expect(answer("a.b.c") == "first")
        #expect(answer("a.b.d") == "second")
        #expect(find("a.b.c") { $0.account == Self.identity.account && $0.session == Self.identity.session } == true)
        #expect(find("a.b.c") { $0.epoch } == 7)
        #expect(find("a.b.c") { $0.identity } == Self.identity)
    }

    @Test("Only the whole token is found: no beginning, no end, nothing longer (CVE-2026-71326)")
    func whole() {
        let token = "header.payload.signature"
        add(token, answer: "known")
        for length in 0..<token.count {
            #expect(answer(String(token.prefix(length))) == nil)
            #expect(answer(String(token.suffix(length))) == nil)
        }
        for other in [token + "A", "A" + token, token + ".", token.uppercased()] { #expect(answer(other) == nil) }
    }

    @Test("It is usable from its first moment until just before its last")
    func time() {
        add("t", answer: "")
        func isUsable(_ offset: Duration) -> Bool? { find("t") { $0.isUsable(at: Self.time + offset) } }
        #expect(isUsable(.milliseconds(-60_001)) == false)
        #expect(isUsable(.seconds(-60)) == true)
        #expect(isUsable(.milliseconds(899_999)) == true)
        #expect(isUsable(.seconds(900)) == false)
    }

    @Test("However many come, memory is bounded, and the latest are known")
    func bounded() {
        for number in 0..<5000 { add("token \(number)", answer: String(repeating: "a", count: 200)) }
        #expect(answer("token 4999") != nil)
        let known = (0..<5000).count { answer("token \($0)") != nil }
        // 256 KiB hold fewer than 256 Ki / 300 entries; half of them at least are there.
        #expect(known < 873 && known > 300)
        #expect(answer("token 0") == nil)
    }

    @Test("One token however often added takes one place: it drives out no other")
    func addedAgain() {
        add("other", answer: "mine")
        for _ in 0..<20_000 { add("again", answer: String(repeating: "a", count: 100)) }
        #expect(answer("other") == "mine")
    }

    @Test("What is in use stays while others come and go")
    func inUse() {
        add("in use", answer: "mine")
        for number in 0..<20_000 {
            add("token \(number)", answer: String(repeating: "a", count: 100))
            if number % 100 == 0 { #expect(answer("in use") == "mine", "lost at \(number)") }
        }
    }

    @Test("Forgetting forgets all")
    func forget() {
        for number in 0..<2000 { add("token \(number)", answer: String(repeating: "a", count: 100)) }
        tokens.removeAll()
        #expect((0..<2000).allSatisfy { answer("token \($0)") == nil })
        add("again", answer: "b")
        #expect(answer("again") == "b")
    }

    @Test("An answer that fits nowhere is left out")
    func tooLarge() {
        add("small", answer: "s")
        add("large", answer: String(repeating: "a", count: 200 << 10))
        #expect(answer("large") == nil)
        add("next", answer: "n")
        #expect(answer("next") == "n")
    }
}
