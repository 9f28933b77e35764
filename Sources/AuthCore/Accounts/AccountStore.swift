public import Database
public import Identity

/// Accounts: making, finding, listing, and the changes that end no session. What voids tokens
/// (a new password, roles, disable, delete) is `RevocationLedger`'s, so that it can't be forgotten.
public struct AccountStore {
    let database: any Database

    public init(_ database: any Database) {
        self.database = database
    }

    /// Makes an account; the UNIQUE name and skeleton decide between sign-ups that race.
    /// - Returns: nil when the name, or one that looks like it, is taken.
    public func create(_ account: NewAccount, at now: Timestamp) throws(StoreError) -> AccountRecord? {
        // An id that was here before begins where the tokens of its last time are void.
        try one(
            """
            INSERT INTO accounts
                (id, username, skeleton, email, roles, digest, password_version, epoch, disabled_at, created_at,
                 updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, 1,
                (SELECT COALESCE(MAX(minimum_epoch), 1) FROM revocations WHERE kind = 2 AND subject = $1),
                $7, $8, $9)
            ON CONFLICT DO NOTHING
            RETURNING \(AccountRecord.columns)
            """,
            [
                .text((account.id ?? AccountID.make(at: now)).description), .text(account.username),
                .optional(account.skeleton), .optional(account.email), .text(Role.joined(account.roles)),
                .optional(account.digest), .optional(account.disabledAt?.milliseconds),
                .integer((account.createdAt ?? now).milliseconds), .integer(now.milliseconds),
            ])
    }

    /// Works out all skeletons anew, those of older accounts first.
    /// - Parameter skeleton: from a name in its canonical form.
    /// - Returns: the names that look like an older account's. They have no skeleton then, and keep no
    ///   other name out.
    public func renewSkeletons(_ skeleton: (String) -> String?) throws(StoreError) -> [String] {
        try database.transaction { () throws(StoreError) in
            try database.execute("UPDATE accounts SET skeleton = NULL")
            var second: [String] = []
            for row in try database.query("SELECT id, username FROM accounts ORDER BY id") {
                let (id, username) = (try row.text("id"), try row.text("username"))
                guard let skeleton = skeleton(username) else { continue }
                let changed = try database.execute(
                    """
                    UPDATE accounts SET skeleton = $1 WHERE id = $2
                    AND NOT EXISTS (SELECT 1 FROM accounts AS other WHERE other.skeleton = $1)
                    """, [.text(skeleton), .text(id)])
                if changed == 0 { second.append(username) }
            }
            return second
        }
    }

    /// - Parameter username: the canonical form.
    public func find(username: String) throws(StoreError) -> AccountRecord? {
        try one("SELECT \(AccountRecord.columns) FROM accounts WHERE username = $1", [.text(username)])
    }

    public func find(id: AccountID) throws(StoreError) -> AccountRecord? {
        try one("SELECT \(AccountRecord.columns) FROM accounts WHERE id = $1", [.text(id.description)])
    }

    /// The account with what its password is checked against; disabled accounts too.
    /// - Parameter username: the canonical form.
    public func credential(username: String) throws(StoreError) -> PasswordCredential? {
        try credential("username", username)
    }

    public func credential(id: AccountID) throws(StoreError) -> PasswordCredential? {
        try credential("id", id.description)
    }

    /// The digest of an account that is drawn, each as likely as the other: what the login of a name that
    /// no account has is made to cost. Always the same for the same draw, as an account's is, until
    /// accounts come or go.
    /// - Parameter draw: 12 hexadecimal digits in lower case, the end of an id.
    /// - Returns: nil when the account has no digest, or there is no account.
    public func drawnDigest(_ draw: String) throws(StoreError) -> String? {
        let select = "SELECT digest FROM accounts"
        let order = "ORDER BY substr(id, 25) LIMIT 1"
        if let row = try database.query("\(select) WHERE substr(id, 25) >= $1 \(order)", [.text(draw)]).first {
            return try row.optionalText("digest")
        }
        return try database.query("\(select) \(order)").first?.optionalText("digest")
    }

    /// Accounts by name, a page at a time.
    /// - Parameters:
    ///   - after: the last name of the page before; nil for the first.
    ///   - limit: how many at most.
    public func list(after: String? = nil, limit: Int = 1000) throws(StoreError) -> [AccountRecord] {
        let rows = try database.query(
            "SELECT \(AccountRecord.columns) FROM accounts WHERE username > $1 ORDER BY username LIMIT $2",
            [.text(after ?? ""), .integer(Int64(limit))])
        return try rows.map { (row) throws(StoreError) in try AccountRecord(row) }
    }

    /// Stores the same password's digest with newer parameters.
    /// - Parameter ifVersion: the password's version that was checked.
    /// - Returns: false when the password has changed since, and then nothing is stored.
    public func updateDigest(
        _ id: AccountID, digest: String, ifVersion version: Int64, at now: Timestamp
    ) throws(StoreError) -> Bool {
        try database.execute(
            "UPDATE accounts SET digest = $1, updated_at = $2 WHERE id = $3 AND password_version = $4",
            [.text(digest), .integer(now.milliseconds), .text(id.description), .integer(version)]) == 1
    }

    /// Lets a disabled account log in again; the sessions it had stay ended.
    /// - Returns: false when there is no such account.
    public func enable(_ id: AccountID, at now: Timestamp) throws(StoreError) -> Bool {
        try database.execute(
            "UPDATE accounts SET disabled_at = NULL, updated_at = $1 WHERE id = $2",
            [.integer(now.milliseconds), .text(id.description)]) == 1
    }

    private func credential(_ column: String, _ value: String) throws(StoreError) -> PasswordCredential? {
        let rows = try database.query(
            "SELECT \(AccountRecord.columns), accounts.digest AS digest FROM accounts WHERE \(column) = $1",
            [.text(value)])
        guard let row = rows.first else { return nil }
        return PasswordCredential(account: try AccountRecord(row), digest: try row.optionalText("digest"))
    }

    private func one(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> AccountRecord? {
        guard let row = try database.query(sql, values).first else { return nil }
        return try AccountRecord(row)
    }
}
