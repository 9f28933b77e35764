import ArgumentParser

struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Adds, lists and changes accounts.",
        subcommands: [
            UserAdd.self, UserList.self, UserShow.self, UserDisable.self, UserEnable.self, UserPassword.self,
            UserRoles.self, UserDelete.self, UserImport.self, UserExport.self,
        ])
}

/// For every command about one account.
struct UserArgument: ParsableArguments {
    @Argument(help: "The user's name, or id.")
    var name: String
}
