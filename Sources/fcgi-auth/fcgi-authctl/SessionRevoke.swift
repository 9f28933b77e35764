import Accounts
import ArgumentParser
import Events
import Identity
import Sessions
import Storage

struct SessionRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Ends a session, a user's sessions, or all.",
        discussion: "Their next request is refused.")

    @Argument(help: "The session's id, as session list shows it.")
    var id: String?
    @Option(help: ArgumentHelp("End all sessions of this user.", valueName: "name"))
    var user: String?
    @Flag(help: "End everybody's sessions.")
    var all = false
    @Flag(help: "Do not ask, with --all.")
    var yes = false
    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard [id != nil, user != nil, all].filter({ $0 }).count == 1 else {
            throw ValidationError("give a session's id, or --user, or --all")
        }
    }

    func run() throws {
        let installation = try Installation(options)
        let store = try installation.storeForRevoking()
        if let id { return try revoke(id, installation, store) }
        if let user { return try revokeAll(of: user, installation, store) }
        try Confirmation.require("log everybody out?", yes: yes)
        let ended = try store.revocations.endEverything(reason: .admin, at: installation.now)
        installation.record(.sessionsRevoked, ["sessions": String(ended), "scope": "everybody"])
        Terminal.writeLine("\(ended.of("session")) ended")
    }

    private func revoke(_ text: String, _ installation: Installation, _ store: Store) throws {
        guard let id = SessionID(text) else { throw Self.unknown }
        switch try store.revocations.endSession(id, reason: .admin, at: installation.now) {
        case .ended(let session):
            installation.record(.sessionRevoked, account: session.account, session: id)
            Terminal.writeLine("session ended")
        case .alreadyOver: Terminal.writeLine("session was over already")
        case .unknown: throw Self.unknown
        }
    }

    private func revokeAll(of name: String, _ installation: Installation, _ store: Store) throws {
        let account = try installation.account(name, in: store)
        guard let change = try store.revocations.endAll(of: account.id, reason: .admin, at: installation.now) else {
            throw Refusal("no such user")
        }
        installation.record(.sessionsRevoked, account: account.id, ["sessions": String(change.sessionsEnded)])
        Terminal.writeLine("\(change.sessionsEnded.of("session")) of \(account.username) ended")
    }

    private static let unknown = Refusal("no such session", hint: "fcgi-authctl session list shows those that are live")
}
