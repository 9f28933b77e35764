public import Identity
import Passwords
public import Settings
import Usernames

extension UserFile {
    /// Reads a file of users, the whole of it whatever is wrong.
    /// - Parameters:
    ///   - names: what user names are at this site.
    ///   - now: tells which accounts of a shadow file have expired.
    public init(_ bytes: [UInt8], _ format: ImportFormat, names: UsernameKind, at now: Timestamp) {
        guard bytes.count <= Self.maximumBytes else {
            problems = [Note(line: 1, text: "the file is longer than \(Self.maximumBytes >> 20) MiB")]
            return
        }
        var entries = UserFileEntries()
        switch format {
        case .htpasswd: entries.readHtpasswd(bytes)
        case .shadow: entries.readShadow(bytes, at: now)
        case .jsonl: entries.readJSONLines(bytes)
        case .authelia: entries.readAuthelia(bytes)
        }
        skipped = entries.skipped
        problems = entries.problems
        var lines: [String: Int] = [:]
        var ids: [AccountID: Int] = [:]
        for entry in entries.found {
            guard let account = check(entry, names) else { continue }
            if let first = lines.updateValue(entry.line, forKey: account.username.canonical) {
                problems.append(Note(line: entry.line, text: "is the same user as line \(first)"))
            }
            if let id = account.id, let first = ids.updateValue(entry.line, forKey: id) {
                problems.append(Note(line: entry.line, text: "has the same id as line \(first)"))
            }
            accounts.append(account)
        }
        problems.sort { $0.line < $1.line }
    }

    /// The account of an entry; nil, and a problem for each thing, where something is wrong with it.
    private mutating func check(_ entry: UserFileEntry, _ names: UsernameKind) -> ImportedAccount? {
        let before = problems.count
        let username = attempt(entry.line, "the user name") { () throws(UsernameRefusal) in
            try names == .email ? Username(email: entry.name) : Username(any: entry.name)
        }
        let email = entry.email.flatMap { text in
            attempt(entry.line, "the e-mail address") { () throws(UsernameRefusal) in try EmailAddress(text).text }
        }
        let roles = roles(entry)
        var name: String?
        if let digest = entry.digest {
            do throws(DigestRefusal) {
                name = try StoredDigest(importing: digest).name
            } catch {
                problems.append(Note(line: entry.line, text: error.detail))
            }
        }
        guard problems.count == before, let username else { return nil }
        return ImportedAccount(
            line: entry.line, username: username, id: entry.id,
            email: email ?? (names == .email ? username.canonical : nil), roles: roles, digest: entry.digest,
            digestName: name, isDisabled: entry.isDisabled, disabledAt: entry.disabledAt, createdAt: entry.createdAt)
    }

    private mutating func attempt<Value>(
        _ line: Int, _ subject: String, _ make: () throws(UsernameRefusal) -> Value
    ) -> Value? {
        do throws(UsernameRefusal) {
            return try make()
        } catch {
            problems.append(Note(line: line, text: "\(subject) \(error.detail)"))
            return nil
        }
    }

    private mutating func roles(_ entry: UserFileEntry) -> [Role] {
        var roles: [Role] = []
        for (name, line) in entry.roles {
            guard let role = Role(name) else {
                problems.append(
                    Note(line: line, text: "is no role: 1 to 64 of a-z 0-9 _ . : - beginning with a letter or a digit"))
                continue
            }
            if !roles.contains(role) { roles.append(role) }
        }
        if Role.joined(roles).utf8.count > Self.maximumRoleBytes {
            problems.append(
                Note(line: entry.line, text: "the roles are longer than \(Self.maximumRoleBytes) bytes together"))
        }
        return roles
    }
}

/// An account as a file tells of it, nothing checked.
struct UserFileEntry {
    var line: Int
    var name: String
    var id: AccountID?
    var digest: String?
    var email: String?
    /// With the line each stands on.
    var roles: [(name: String, line: Int)] = []
    var isDisabled = false
    var disabledAt: Timestamp?
    var createdAt: Timestamp?
}

/// What the readers of the several forms fill.
struct UserFileEntries {
    var found: [UserFileEntry] = []
    var skipped: [UserFile.Note] = []
    var problems: [UserFile.Note] = []

    mutating func complain(_ line: Int, _ text: String) {
        problems.append(UserFile.Note(line: line, text: text))
    }
}
