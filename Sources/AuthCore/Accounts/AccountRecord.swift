public import Database
public import Identity

/// An account as the store has it: what its owner, its tokens and the admin may be told. Never holds
/// the password's digest; `PasswordCredential` does, for those who check passwords.
public struct AccountRecord: Sendable, Equatable {
    public let id: AccountID
    /// The canonical form.
    public let username: String
    /// Contact data; not verified, not unique.
    public let email: String?
    public let roles: [Role]
    /// Rises with each new password: a login that checked an older one opens no session.
    public let passwordVersion: Int64
    /// Tokens carry it; a rise voids those with a lower one.
    public let epoch: Int64
    public let createdAt: Timestamp
    public let disabledAt: Timestamp?

    public var isDisabled: Bool { disabledAt != nil }

    /// From a row with `columns`, taken by their aliases.
    public init(_ row: Row) throws(StoreError) {
        guard let id = AccountID(try row.text("account_id")) else { throw .unexpected("account id") }
        guard let roles = Role.list(try row.text("account_roles")) else { throw .unexpected("account roles") }
        self.id = id
        self.roles = roles
        username = try row.text("account_username")
        email = try row.optionalText("account_email")
        passwordVersion = try row.integer("account_password_version")
        epoch = try row.integer("account_epoch")
        createdAt = Timestamp(milliseconds: try row.integer("account_created_at"))
        disabledAt = try row.optionalInteger("account_disabled_at").map(Timestamp.init(milliseconds:))
    }

    /// For SELECT and RETURNING on `accounts`, alone or joined. The digest is not among them.
    public static let columns = """
        accounts.id AS account_id, accounts.username AS account_username, accounts.email AS account_email,
        accounts.roles AS account_roles, accounts.password_version AS account_password_version,
        accounts.epoch AS account_epoch, accounts.created_at AS account_created_at,
        accounts.disabled_at AS account_disabled_at
        """
}

/// What a password is checked against. For login and password change only; must not be logged,
/// printed or answered.
public struct PasswordCredential: Sendable {
    public let account: AccountRecord
    /// As `PasswordHasher` or another tool made it; nil when the account has no password.
    public let digest: String?
}

/// What an account is made from.
public struct NewAccount: Sendable {
    /// Nil for a new one.
    public var id: AccountID?
    /// The canonical form.
    public var username: String
    /// What look-alikes of the name share, as `Lookalikes` has it. Nil only in tests of other things, and
    /// where an admin lets look-alikes be: then the account keeps no look-alike out.
    public var skeleton: String?
    public var email: String?
    public var roles: [Role]
    /// As `PasswordHasher` or another tool made it; nil for an account that can't log in by password yet.
    public var digest: String?
    public var disabledAt: Timestamp?
    /// Nil for now.
    public var createdAt: Timestamp?

    public init(
        id: AccountID? = nil, username: String, skeleton: String? = nil, email: String? = nil, roles: [Role] = [],
        digest: String?, disabledAt: Timestamp? = nil, createdAt: Timestamp? = nil
    ) {
        self.id = id
        self.username = username
        self.skeleton = skeleton
        self.email = email
        self.roles = roles
        self.digest = digest
        self.disabledAt = disabledAt
        self.createdAt = createdAt
    }
}
