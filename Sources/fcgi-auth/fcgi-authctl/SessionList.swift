import Accounts
import ArgumentParser
import Identity
import JSON
import Sessions
import Storage

struct SessionList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the live sessions of everybody or of one user.")

    @Argument(help: "Only this user's.")
    var name: String?
    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    /// A session with the account it is of.
    private typealias Entry = (account: AccountRecord, session: SessionRecord)

    func run() throws {
        let installation = try Installation(options)
        let store = try installation.store()
        let entries = try name.map { try of($0, installation, store) } ?? everybody(store, installation.now)
        if output.json {
            return Terminal.writeLine(JSONOutput.array(entries.map { $0.session.json(of: $0.account) }).pretty())
        }
        var table = Table("ID", "USER", "LAST USED", "ENDS", "ADDRESS", "USER AGENT")
        for (account, session) in entries {
            table.add(
                session.id.description, account.username, session.lastUsedAt.brief, session.endsAt.brief,
                session.client.address, session.client.userAgent)
        }
        Terminal.write(table.text(ifEmpty: "no sessions"))
    }

    private func of(_ name: String, _ installation: Installation, _ store: Store) throws -> [Entry] {
        let account = try installation.account(name, in: store)
        return try store.sessions.list(account.id, at: installation.now).map { (account, $0) }
    }

    private func everybody(_ store: Store, _ now: Timestamp) throws -> [Entry] {
        var grants = try store.sessions.all(at: now)
        while let last = grants.last {
            let page = try store.sessions.all(after: last.session.id, at: now)
            if page.isEmpty { break }
            grants += page
        }
        return grants.map { ($0.account, $0.session) }
    }
}
