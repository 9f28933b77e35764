import Accounts
import ArgumentParser
import Events
import Identity
import JSON
import Settings
import Storage
import Usernames

struct UserAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a user.",
        discussion: "The password is asked for on the terminal, or read from the first line of standard input.")

    @Argument(help: "The name; an e-mail address where AUTH_USERNAME=email.")
    var name: String
    @Option(help: "Where the user can be written to.")
    var email: String?
    @Option(help: ArgumentHelp("What the user may do, separated by commas.", valueName: "role,role"))
    var roles: String = ""
    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        let store = try Store(installation.settings)
        var account = try newAccount(installation)
        // Before a person types a password for nothing; `create` decides.
        guard try store.accounts.find(username: account.username) == nil else { throw Self.taken }
        account.digest = try installation.newDigest()
        guard let made = try store.accounts.create(account, at: installation.now) else { throw Self.taken }
        installation.record(.accountCreated, account: made.id)
        Terminal.writeLine(output.json ? made.json.pretty() : "user \(made.username) added")
    }

    private static let taken = Refusal("user name is taken")

    private func newAccount(_ installation: Installation) throws(Refusal) -> NewAccount {
        let username: Username
        do throws(UsernameRefusal) { username = try installation.username(name) } catch {
            throw Refusal("the user name \(error.detail)")
        }
        var account = NewAccount(username: username.canonical, digest: nil)
        account.roles = try RoleArguments.parse([roles])
        do throws(UsernameRefusal) {
            account.email = try email.map { text throws(UsernameRefusal) in
                try EmailAddress(text).text
            }
        } catch {
            throw Refusal("the e-mail address \(error.detail)")
        }
        if installation.settings.usernameKind == .email { account.email = account.email ?? username.canonical }
        return account
    }
}
