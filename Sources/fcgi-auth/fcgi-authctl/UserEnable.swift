import Accounts
import ArgumentParser
import Events
import Identity
import Storage

struct UserEnable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Lets a disabled user log in again.",
        discussion: "The sessions from before stay ended.")

    @OptionGroup var user: UserArgument
    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        let store = try installation.store()
        let account = try installation.account(user.name, in: store)
        guard try store.accounts.enable(account.id, at: installation.now) else { throw Refusal("no such user") }
        installation.record(.accountEnabled, account: account.id)
        Terminal.writeLine("user \(account.username) enabled")
    }
}
