import Accounts
import ArgumentParser
import Events
import Identity
import Sessions
import Storage

struct UserDisable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Shuts a user out at once: no login, no session, no token.")

    @OptionGroup var user: UserArgument
    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        let store = try installation.storeForRevoking()
        let account = try installation.account(user.name, in: store)
        guard let change = try store.revocations.disable(account.id, at: installation.now) else {
            throw Refusal("no such user")
        }
        installation.record(.accountDisabled, account: account.id)
        Terminal.writeLine("user \(account.username) disabled, \(change.sessionsEnded.of("session")) ended")
    }
}
