import Identity
import Testing

@Suite struct RoleTests {
    @Test(
        "Roles have plain names",
        arguments: ["admin", "a", "0", "team:ops", "a_b.c-d", String(repeating: "a", count: 64)])
    func accepted(name: String) {
        #expect(Role(name)?.name == name)
    }

    @Test(
        "Anything that could break a header, a list or a claim is no role",
        arguments: [
            "", "Admin", "a b", "a,b", "-a", ".a", ":a", "_a", "é", "a\"", "a;b", "\u{212A}",
            String(repeating: "a", count: 65),
        ])
    func refused(name: String) {
        #expect(Role(name) == nil)
    }

    @Test("A control character is in no role")
    func controlCharacters() {
        for scalar in (UInt8(0)...31).map(Unicode.Scalar.init) { #expect(Role("a\(scalar)b") == nil) }
    }

    @Test("A list is read in order, each role once, and written the same")
    func list() throws {
        let roles = try #require(Role.list("ops,admin,ops"))
        #expect(roles.map(\.name) == ["ops", "admin"])
        #expect(Role.joined(roles) == "ops,admin")
        #expect(Role.list("") == [])
        #expect(Role.joined([]) == "")
    }

    @Test(
        "A list with one bad entry is refused whole",
        arguments: [",", "admin,", ",admin", "admin, ops", "admin,,ops", "admin,Ops"])
    func badList(text: String) {
        #expect(Role.list(text) == nil)
    }
}
