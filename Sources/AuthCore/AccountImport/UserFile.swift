public import Identity
public import Usernames

/// What an import reads from a file: accounts, or all that is wrong with it.
public struct UserFile: Sendable {
    public internal(set) var accounts: [ImportedAccount] = []
    public internal(set) var skipped: [Note] = []
    /// In the order of their lines; with one of them nothing of the file is to be used.
    public internal(set) var problems: [Note] = []

    /// Something about a line. Holds no part of the file, so no digest.
    public struct Note: Sendable, Equatable {
        /// From 1.
        public let line: Int
        public let text: String

        public init(line: Int, text: String) {
            self.line = line
            self.text = text
        }
    }

    /// Longest file, in bytes: some hundred thousand users.
    public static let maximumBytes = 64 << 20

    /// Of one account, with their commas, in bytes: they travel in each token, which must fit into a cookie.
    static let maximumRoleBytes = 1024
}

/// An account to be made, its name, digest and roles found to be good.
public struct ImportedAccount: Sendable {
    /// Where it began, from 1.
    public let line: Int
    public let username: Username
    /// The one it had before; nil for a new one.
    public let id: AccountID?
    public let email: String?
    public let roles: [Role]
    /// Nil for an account without a password.
    public let digest: String?
    /// What made the digest, as its users call it.
    public let digestName: String?
    public let isDisabled: Bool
    /// Nil where the file does not tell.
    public let disabledAt: Timestamp?
    public let createdAt: Timestamp?
}

/// The forms that user files come in.
public enum ImportFormat: String, CaseIterable, Sendable {
    /// `name:digest`, as Apache's htpasswd writes it.
    case htpasswd
    /// `name:digest:…`, as `/etc/shadow` has it.
    case shadow
    /// One JSON object on each line, as `user export` writes it.
    case jsonl
    /// Authelia's file of users, YAML.
    case authelia

    /// The form, where the text can have only one: nil where it could have two, or none.
    public static func guess(_ bytes: [UInt8]) -> ImportFormat? {
        let lines = UserFileLines(bytes).prefix(1000).filter { !$0.isBlankOrComment && $0.text != "---" }
        guard let first = lines.first else { return nil }
        if first.text.hasPrefix("{\"") || first.text.hasPrefix("{ \"") { return .jsonl }
        if first.text.split(separator: "#").first?.hasTrailingSpaces(after: "users:") == true { return .authelia }
        let fields = lines.map { $0.text.split(separator: ":", omittingEmptySubsequences: false) }
        if fields.allSatisfy({ $0.count == 9 }) { return .shadow }
        let marks = ["$2", "$apr1$", "{SHA}", "$5$", "$6$"]
        if fields.allSatisfy({ $0.count == 2 && marks.contains(where: $0[1].hasPrefix) }) { return .htpasswd }
        return nil
    }
}

extension Substring {
    fileprivate func hasTrailingSpaces(after word: String) -> Bool {
        hasPrefix(word) && dropFirst(word.count).allSatisfy { $0 == " " || $0 == "\t" }
    }
}
