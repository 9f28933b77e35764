import Accounts
import ArgumentParser
import Events
import Identity
import Sessions
import Storage

struct UserPassword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Gives a user a new password and ends all sessions.",
        discussion: "It is asked for on the terminal, or read from the first line of standard input.")

    @OptionGroup var user: UserArgument
    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        let store = try installation.storeForRevoking()
        let account = try installation.account(user.name, in: store)
        let digest = try installation.newDigest(names: [account.username, account.email])
        let change = try store.revocations.changePassword(
            of: account.id, digest: digest, ifVersion: nil, keeping: nil, at: installation.now)
        guard let change else { throw Refusal("no such user") }
        installation.record(.passwordChanged, account: account.id)
        Terminal.writeLine(
            "password of \(account.username) changed, \(change.sessionsEnded.of("session")) ended")
    }
}
