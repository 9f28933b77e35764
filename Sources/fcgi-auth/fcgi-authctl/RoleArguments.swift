import Identity

/// Roles as words or as comma-separated lists, each once.
enum RoleArguments {
    static func parse(_ words: [String]) throws(Refusal) -> [Role] {
        var roles: [Role] = []
        for word in words {
            guard let list = Role.list(word) else {
                throw Refusal(
                    "\(Terminal.safe(word).debugDescription) is not a role",
                    hint: "a role is 1 to 64 of a-z 0-9 _ . : - and begins with a letter or a digit")
            }
            for role in list where !roles.contains(role) { roles.append(role) }
        }
        // They travel in each token, which must fit into a cookie of 4096 bytes with all the rest.
        guard Role.joined(roles).utf8.count <= maximumBytes else {
            throw Refusal(
                "the roles are longer than \(maximumBytes) bytes together", hint: "give fewer or shorter ones")
        }
        return roles
    }

    /// Of all the roles of one account, with their commas.
    private static let maximumBytes = 1024
}
