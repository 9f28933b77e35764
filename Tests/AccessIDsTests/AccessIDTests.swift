import AccessIDs
import Testing

@Suite("Access ids")
struct AccessIDTests {
    @Test("every id is another, has one spelling, and is found again by it (N-S2)")
    func spelling() throws {
        let ids = (0..<1000).map { _ in AccessID.make() }
        #expect(Set(ids.map(\.text)).count == 1000 && Set(ids.map(\.hash)).count == 1000)
        for id in ids {
            #expect(id.text.utf8.count == AccessID.textLength && AccessID(id.text) == id)
            #expect(!id.hash.contains(id.text))
        }
    }

    @Test("the hash is SHA-256 of the bytes")
    func hash() throws {
        let id = try #require(AccessID(String(repeating: "A", count: 43)))
        // SHA-256 of 32 zero bytes.
        #expect(id.hash == "Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU")
    }

    @Test("a part of an id, or more than it, or another spelling of it, is no id (CVE-2026-27840)")
    func otherTexts() throws {
        let text = String(repeating: "A", count: 43)
        for length in 0..<43 { #expect(AccessID(String(text.prefix(length))) == nil) }
        // The last character has two bits that mean nothing: set, they would be a second spelling.
        for end in ["B", "=", "\n", "+", "\0", " ", "AA", "A=", "A ", "é"] {
            #expect(AccessID(String(text.dropLast()) + end) == nil, "\(end.debugDescription)")
        }
        #expect(AccessID(" " + text) == nil && AccessID(text.dropLast(2) + "é") == nil)
    }

    @Test("no description shows it")
    func description() {
        let id = AccessID.make()
        var dumped = ""
        dump(id, to: &dumped)
        for shown in ["\(id)", String(reflecting: id), dumped] { #expect(!shown.contains(id.text)) }
    }
}
