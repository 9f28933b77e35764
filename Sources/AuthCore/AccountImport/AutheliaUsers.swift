import YAML

/// Authelia's file of users: `users:` with a mapping for each name.
extension UserFileEntries {
    /// What Authelia keeps about a person and there is no place for here.
    private static let ignored: Set<String> = [
        "displayname", "given_name", "middle_name", "family_name", "nickname", "gender", "birthdate", "website",
        "profile", "picture", "zoneinfo", "locale", "phone_number", "phone_extension", "address", "extra",
    ]

    mutating func readAuthelia(_ bytes: [UInt8]) {
        let root: YAMLNode
        do throws(YAMLError) {
            root = try YAMLParser.parse(bytes)
        } catch {
            return complain(error.line, error.reason)
        }
        guard let members = root.mapping, let users = members.first(where: { $0.key == "users" })?.value else {
            return complain(root.line, "has no users:")
        }
        for member in members where member.key != "users" { complain(member.line, "is no part of users:") }
        guard let accounts = users.mapping else { return complain(users.line, "users: is no mapping") }
        for account in accounts { read(account) }
    }

    private mutating func read(_ account: YAMLNode.Member) {
        guard let members = account.value.mapping else { return complain(account.line, "is no mapping") }
        let before = problems.count
        var entry = UserFileEntry(line: account.line, name: account.key)
        for member in members {
            let value = member.value
            switch member.key {
            case "password":
                let digest = text(value, "password")
                entry.digest = digest.map { $0.hasPrefix("{CRYPT}") ? String($0.dropFirst(7)) : $0 }
            case "email": entry.email = value.isNull ? nil : text(value, "email")
            case "groups": entry.roles = groups(value)
            case "disabled":
                guard let isDisabled = value.bool else {
                    complain(value.line, "disabled is neither true nor false")
                    continue
                }
                entry.isDisabled = isDisabled
            case let key where Self.ignored.contains(key): continue
            default: complain(member.line, "is no attribute that Authelia has")
            }
        }
        if entry.digest == nil && problems.count == before { complain(account.line, "has no password") }
        if problems.count == before { found.append(entry) }
    }

    private mutating func text(_ node: YAMLNode, _ name: String) -> String? {
        guard let text = node.text else {
            complain(node.line, "\(name) is no text")
            return nil
        }
        return text
    }

    private mutating func groups(_ node: YAMLNode) -> [(name: String, line: Int)] {
        if node.isNull { return [] }
        guard let nodes = node.sequence else {
            complain(node.line, "groups is no list")
            return []
        }
        return nodes.compactMap { group in text(group, "a group").map { ($0, group.line) } }
    }
}
