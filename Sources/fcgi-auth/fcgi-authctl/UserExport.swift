import Accounts
import ArgumentParser
import Identity
import JSON
import Storage

struct UserExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes all users as JSON lines, which import reads.",
        discussion: "They hold the digests of the passwords: keep them as you keep the store.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        let store = try Installation(options).store()
        var page = try store.accounts.credentials()
        while let last = page.last {
            Terminal.write(page.map { line($0) + "\n" }.joined())
            page = try store.accounts.credentials(after: last.account.username)
        }
    }

    private func line(_ credential: PasswordCredential) -> String {
        let account = credential.account
        let object: JSONOutput = [
            "id": .string(account.id.description),
            "username": .string(account.username),
            "email": account.email.map(JSONOutput.string) ?? .null,
            "roles": .array(account.roles.map { .string($0.name) }),
            "digest": credential.digest.map(JSONOutput.string) ?? .null,
            "disabled": .bool(account.isDisabled),
            "disabled_at": account.disabledAt.map { .string($0.iso8601()) } ?? .null,
            "created_at": .string(account.createdAt.iso8601()),
        ]
        return String(decoding: object.serialized(), as: UTF8.self)
    }
}
