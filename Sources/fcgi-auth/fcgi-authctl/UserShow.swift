import Accounts
import ArgumentParser
import Identity
import JSON
import Sessions
import Storage

struct UserShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows a user.")

    @OptionGroup var user: UserArgument
    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        let store = try installation.store()
        let account = try installation.account(user.name, in: store)
        if output.json { return Terminal.writeLine(account.json.pretty()) }
        let sessions = try store.sessions.list(account.id, at: installation.now)
        for (name, value) in [
            ("id", account.id.description), ("name", account.username), ("e-mail", account.email ?? "-"),
            ("roles", account.roles.isEmpty ? "-" : account.roleNames), ("created", account.createdAt.brief),
            ("state", account.state), ("sessions", String(sessions.count)),
        ] {
            Terminal.writeLine(name + String(repeating: " ", count: 10 - name.count) + Terminal.safe(value))
        }
    }
}
