import Identity

@testable import Authentication

/// A policy admits whom a slow reader of it admits, and nobody where it can't be understood.
@Sendable func checkPolicy(_ bytes: [UInt8]) {
    let sent = text(bytes)
    for (username, roles) in [("ada", ["admin", "ops"]), ("bob", []), ("ana", ["editor"])] {
        let identity = Identity(
            account: AccountID(bits: IDBits(high: 1, low: 1)), session: SessionID(bits: IDBits(high: 2, low: 2)),
            username: username, email: nil, roles: roles.compactMap(Role.init))
        let admits = AccessPolicy(sent)?.admits(identity) ?? false
        promise(admits == expected(sent, username, roles), "another answer for \(username)")
    }
}

private func expected(_ policy: String, _ username: String, _ roles: [String]) -> Bool {
    for term in policy.utf8.split(separator: UInt8(ascii: " ")) {
        let kind = term.prefix { $0 != UInt8(ascii: ":") }
        guard kind.count < term.count else { return false }
        let names = term.dropFirst(kind.count + 1)
            .split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map { Array($0) }
        guard names.allSatisfy({ !$0.isEmpty }) else { return false }
        let held: [String]
        switch text(kind) {
        case "role":
            guard names.allSatisfy({ Role(text($0)) != nil }) else { return false }
            held = roles
        case "user": held = [username]
        default: return false
        }
        guard held.contains(where: names.map { text($0) }.contains) else { return false }
    }
    return true
}
