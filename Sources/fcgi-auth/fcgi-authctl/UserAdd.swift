import Accounts
import ArgumentParser
import Events
import Identity
import JSON
import Lookalikes
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
        let store = try installation.store()
        var account = try newAccount(installation)
        // Before a person types a password for nothing; `create` decides.
        guard try store.accounts.find(username: account.username) == nil else { throw Self.taken }
        account.digest = try installation.newDigest(names: [account.username, account.email])
        guard let made = try store.accounts.create(account, at: installation.now) else { throw Self.taken }
        installation.record(.accountCreated, account: made.id)
        Terminal.writeLine(output.json ? made.json.pretty() : "user \(made.username) added")
    }

    private static let taken = Refusal("the user name, or one that looks like it, is taken")

    private func newAccount(_ installation: Installation) throws(Refusal) -> NewAccount {
        let (username, skeleton) = try name(by: installation)
        let isAddress = installation.settings.usernameKind == .email
        return NewAccount(
            username: username, skeleton: skeleton, email: try contact() ?? (isAddress ? username : nil),
            roles: try RoleArguments.parse([roles]), digest: nil)
    }

    private func name(by installation: Installation) throws(Refusal) -> (canonical: String, skeleton: String) {
        let lookalikes = try installation.lookalikes()
        do throws(UsernameRefusal) {
            let username = try installation.username(name)
            return (username.canonical, try lookalikes.admit(username))
        } catch {
            throw Refusal("the user name \(error.detail)")
        }
    }

    private func contact() throws(Refusal) -> String? {
        guard let email else { return nil }
        do throws(UsernameRefusal) {
            return try EmailAddress(email).text
        } catch {
            throw Refusal("--email \(error.detail)")
        }
    }
}
