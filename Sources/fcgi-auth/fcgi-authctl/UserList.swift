import Accounts
import ArgumentParser
import Identity
import JSON
import Storage

struct UserList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists all users by name.")

    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    func run() throws {
        let accounts = try all(in: Installation(options).store().accounts)
        if output.json { return Terminal.writeLine(JSONOutput.array(accounts.map(\.json)).pretty()) }
        var table = Table("NAME", "E-MAIL", "ROLES", "CREATED", "STATE")
        for account in accounts {
            table.add(
                account.username, account.email ?? "", account.roleNames, account.createdAt.brief, account.state)
        }
        Terminal.write(table.text(ifEmpty: "no users"))
    }

    private func all(in store: AccountStore) throws -> [AccountRecord] {
        var accounts = try store.list()
        while let last = accounts.last {
            let page = try store.list(after: last.username)
            if page.isEmpty { break }
            accounts += page
        }
        return accounts
    }
}
