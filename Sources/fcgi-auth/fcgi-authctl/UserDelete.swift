import Accounts
import ArgumentParser
import Events
import Identity
import Sessions
import Storage

struct UserDelete: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes a user with all sessions.",
        discussion: "The name is free afterwards. To shut a user out and keep the name, use disable.")

    @OptionGroup var user: UserArgument
    @Flag(help: "Do not ask.")
    var yes = false
    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        let store = try installation.storeForRevoking()
        let account = try installation.account(user.name, in: store)
        try Confirmation.require("delete user \(account.username) for good?", yes: yes)
        guard let change = try store.revocations.delete(account.id, at: installation.now) else {
            throw Refusal("no such user")
        }
        installation.record(.accountDeleted, account: account.id)
        Terminal.writeLine("user \(account.username) deleted, \(change.sessionsEnded.of("session")) ended")
    }
}
