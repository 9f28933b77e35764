import AccountImport
import Accounts
import ArgumentParser
import Events
import Identity
import Lookalikes
import Settings
import Storage
import Usernames

struct UserImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Adds the users of a file, with the digests of their passwords.",
        discussion: """
            Reads htpasswd, lines as /etc/shadow has them, the JSON lines of export, and Authelia's file of \
            users. A digest verifies once, at its user's first login, and becomes argon2id then. With anything \
            wrong in the file nothing is imported.
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String
    @Option(
        help: ArgumentHelp(
            "htpasswd, shadow, jsonl or authelia; needed where the file could be two of them.", valueName: "name"),
        transform: Self.format(named:))
    var format: ImportFormat?
    @Flag(help: "Show what would happen, and change nothing.")
    var dryRun = false
    @Flag(help: "Leave users alone who are there already, instead of refusing the file.")
    var skipExisting = false
    @Flag(help: "Take names that look like another user's.")
    var allowLookalikes = false
    @OptionGroup var options: CommonOptions

    /// Problems that are shown; more of the same kind would hide the first ones.
    private static let maximumProblems = 100

    func run() throws {
        let installation = try Installation(options)
        let bytes = try ImportInput.read(file)
        guard let format = format ?? ImportFormat.guess(bytes) else {
            throw Refusal(
                "what kind of file this is can't be told", hint: "say --format htpasswd, shadow, jsonl or authelia")
        }
        let users = UserFile(bytes, format, names: installation.settings.usernameKind, at: installation.now)
        var problems = users.problems
        let accounts = try newAccounts(users.accounts, installation, &problems)
        let made = try installation.store().accounts.create(
            all: accounts, skippingTaken: skipExisting, allowingLookalikes: allowLookalikes,
            committing: problems.isEmpty && !dryRun, at: installation.now)
        problems += made.conflicts.map { conflict in
            UserFile.Note(line: users.accounts[conflict.key].line, text: explain(conflict.value))
        }
        guard problems.isEmpty else { throw refusal(problems) }
        if dryRun { show(users, made) } else { installation.record(.accountsImported, ["users": "\(made.count)"]) }
        let skipped = made.skipped.count + users.skipped.count
        let verb = dryRun ? "would be imported" : "imported"
        Terminal.writeLine("\(made.count.of("user")) \(verb), \(skipped) skipped")
    }

    private static func format(named name: String) throws -> ImportFormat {
        guard let format = ImportFormat(rawValue: name) else {
            throw ValidationError("the format is one of htpasswd, shadow, jsonl, authelia")
        }
        return format
    }

    private func newAccounts(
        _ imported: [ImportedAccount], _ installation: Installation, _ problems: inout [UserFile.Note]
    ) throws -> [NewAccount] {
        let lookalikes = try installation.lookalikes()
        let now = installation.now
        return imported.map { account in
            var skeleton: String?
            do throws(UsernameRefusal) {
                skeleton = try lookalikes.admit(account.username)
            } catch {
                if allowLookalikes {
                    skeleton = lookalikes.skeleton(of: account.username.canonical)
                } else {
                    problems.append(UserFile.Note(line: account.line, text: "the user name \(error.detail)"))
                }
            }
            return NewAccount(
                id: account.id, username: account.username.canonical, skeleton: skeleton, email: account.email,
                roles: account.roles, digest: account.digest,
                disabledAt: account.isDisabled ? account.disabledAt ?? now : nil, createdAt: account.createdAt)
        }
    }

    private func explain(_ conflict: AccountsMade.Conflict) -> String {
        switch conflict {
        case .name: "the user exists already (--skip-existing leaves such users alone)"
        case .lookalike: "the user name looks like another one (--allow-lookalikes takes it)"
        case .id: "another user has the id"
        }
    }

    private func refusal(_ problems: [UserFile.Note]) -> Refusal {
        let sorted = problems.sorted { $0.line < $1.line }
        var lines = sorted.prefix(Self.maximumProblems).map { "line \($0.line): \($0.text)" }
        if sorted.count > lines.count { lines.append("and \(sorted.count - lines.count) more") }
        return Refusal(lines.joined(separator: "\nfcgi-authctl: "), hint: "nothing was imported")
    }

    private func show(_ users: UserFile, _ made: AccountsMade) {
        var table = Table("NAME", "ACTION", "ROLES", "STATE", "PASSWORD")
        for (place, account) in users.accounts.enumerated() {
            let isOurs = account.digest?.hasPrefix("$argon2id$v=19$") ?? false
            let password = account.digestName.map { isOurs ? $0 : "\($0), becomes argon2id at the first login" }
            table.add(
                account.username.canonical, made.skipped.contains(place) ? "skip, exists" : "add",
                account.roles.map(\.name).joined(separator: ", "), account.isDisabled ? "disabled" : "active",
                password ?? "none")
        }
        Terminal.write(table.text(ifEmpty: "no users"))
        for note in users.skipped { Terminal.writeLine("line \(note.line) \(note.text): skipped") }
    }
}
