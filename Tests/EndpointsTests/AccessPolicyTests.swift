import Authentication
import HTTP
import Identity
import Testing

@Suite("What a protected location asks for")
struct AccessPolicyTests {
    private func identity(_ roles: [String]) -> Identity {
        Identity(
            account: .make(at: .now()), session: .make(at: .now()), username: "alice", email: nil,
            roles: roles.compactMap(Role.init))
    }

    @Test(
        "Every term must hold",
        arguments: [
            ("", [], true), ("role:admin", ["admin"], true), ("role:admin", ["editor"], false),
            ("role:admin", [], false), ("role:admin|editor", ["editor"], true),
            ("role:admin role:editor", ["editor"], false), ("role:admin role:editor", ["editor", "admin"], true),
            ("user:alice", [], true), ("user:bob", ["admin"], false), ("user:bob|alice role:admin", ["admin"], true),
            ("role:adm", ["admin"], false),
        ] as [(String, [String], Bool)])
    func terms(policy: String, roles: [String], admitted: Bool) {
        #expect(AccessPolicy(policy)?.admits(identity(roles)) == admitted)
    }

    @Test(
        "A policy that can't be understood lets nobody in",
        arguments: [
            "admin", "role:", "role:a|", "group:x", "role", "role:ADMIN!", ":", "role:admin,user:alice",
            "role:admin \u{35c}x user:alice",
        ])
    func unknown(policy: String) {
        #expect(AccessPolicy(policy) == nil)
    }

    @Test("Two policies that differ let nobody in")
    func conflicting() {
        let request = Request(parameters: [(.authRequire, "role:admin"), (.authRequire, "")])
        #expect(AccessPolicy(request) == nil)
    }
}
