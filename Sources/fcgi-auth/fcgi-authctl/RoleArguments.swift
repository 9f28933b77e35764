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
        return roles
    }
}
