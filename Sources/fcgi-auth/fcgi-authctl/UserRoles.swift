import Accounts
import ArgumentParser
import Events
import Identity
import JSON
import Sessions
import Storage

struct UserRoles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles", abstract: "Shows or changes what a user may do.",
        discussion: "A change is in force at the user's next request.")

    @OptionGroup var user: UserArgument
    @Argument(help: ArgumentHelp("The roles from now on; none shows them.", valueName: "role"))
    var roles: [String] = []
    @Option(help: ArgumentHelp("Add a role to those there are.", valueName: "role"))
    var add: [String] = []
    @Option(help: ArgumentHelp("Take a role away.", valueName: "role"))
    var remove: [String] = []
    @Flag(help: "Take all roles away.")
    var none = false
    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    func validate() throws {
        let ways = [!roles.isEmpty, !(add + remove).isEmpty, none]
        guard ways.filter({ $0 }).count <= 1 else {
            throw ValidationError("give roles, or --add and --remove, or --none")
        }
    }

    func run() throws {
        let change = try change()
        let installation = try Installation(options)
        let store = try change == nil ? installation.store() : installation.storeForRevoking()
        var account = try installation.account(user.name, in: store)
        if let change {
            let changed = try store.revocations.changeRoles(of: account.id, at: installation.now, to: change)
            guard let changed else { throw Refusal("no such user") }
            installation.record(.rolesChanged, account: account.id, ["roles": Role.joined(changed.roles)])
            account = changed
        }
        if output.json { return Terminal.writeLine(account.json.pretty()) }
        for role in account.roles { Terminal.writeLine(role.name) }
    }

    /// From the roles before to those after; nil to change nothing.
    private func change() throws(Refusal) -> (([Role]) -> [Role])? {
        let (set, added) = (try RoleArguments.parse(roles), try RoleArguments.parse(add))
        let removed = try RoleArguments.parse(remove)
        if none { return { _ in [] } }
        if !set.isEmpty { return { _ in set } }
        if added.isEmpty && removed.isEmpty { return nil }
        return { before in
            (before + added.filter { !before.contains($0) }).filter { !removed.contains($0) }
        }
    }
}
