public import Accounts
public import Database
public import Identity

/// How long sessions live.
public struct SessionLifetimes: Sendable {
    /// Without a refresh.
    public var idle: Duration
    /// From login, whatever happens.
    public var absolute: Duration
    /// How long after a rotation the token before it is given the same successor.
    public var grace: Duration
    /// Of the access ids that are issued with a grant, where access tokens are ids; nil where they are JWTs.
    public var accessID: Duration?

    public init(idle: Duration, absolute: Duration, grace: Duration, accessID: Duration? = nil) {
        self.idle = idle
        self.absolute = absolute
        self.grace = grace
        self.accessID = accessID
    }
}

/// Sessions: opening, rotating, finding and listing. Ending one is `RevocationLedger`'s, which this
/// goes through itself when a rotation uncovers a theft.
public struct SessionStore {
    let database: any Database
    let lifetimes: SessionLifetimes
    let ledger: RevocationLedger

    public init(_ database: any Database, lifetimes: SessionLifetimes, ledger: RevocationLedger) {
        self.database = database
        self.lifetimes = lifetimes
        self.ledger = ledger
    }

    /// Opens a session after a login.
    /// - Parameters:
    ///   - passwordVersion: of the password that was checked.
    ///   - replaced: the session that this one takes the place of, and that ends with it.
    ///   - settling: what else is to be committed with the session, or not at all.
    /// - Returns: nil when the account was disabled or deleted, or its password changed, since; then nothing
    ///   was done.
    public func open(
        _ account: AccountID, passwordVersion: Int64, client: ClientDescription, remember: Bool, delivery: Delivery,
        replacing replaced: SessionID? = nil, at now: Timestamp,
        settling: () throws(StoreError) -> Void = { () throws(StoreError) in }
    ) throws(StoreError) -> Grant? {
        // Ending the other session must be told: better no session than one that nobody hears of.
        if replaced != nil { try ledger.requireJournal(at: now) }
        return try ledger.commit(at: now) { (changes) throws(StoreError) in
            // Changes nothing, and locks the row: a disable or a new password comes wholly before
            // this session, which is then refused, or wholly after, and then ends it.
            let rows = try database.query(
                """
                UPDATE accounts SET updated_at = updated_at
                WHERE id = $1 AND password_version = $2 AND disabled_at IS NULL
                RETURNING \(AccountRecord.columns)
                """, [.text(account.description), .integer(passwordVersion)])
            guard let row = rows.first else { return nil }
            try settling()
            if let replaced { _ = try ledger.endSession(replaced, reason: .replaced, at: now, &changes) }
            let grant = try insert(
                for: try AccountRecord(row), client: client, remember: remember, delivery: delivery, at: now)
            try purge(at: now)
            return grant
        }
    }

    /// Makes an account and its first session, both or neither.
    /// - Returns: nil when the name is taken.
    public func signUp(
        _ account: NewAccount, client: ClientDescription, remember: Bool, delivery: Delivery, at now: Timestamp
    ) throws(StoreError) -> Grant? {
        try database.transaction { () throws(StoreError) in
            guard let account = try AccountStore(database).create(account, at: now) else { return nil }
            let grant = try insert(for: account, client: client, remember: remember, delivery: delivery, at: now)
            try purge(at: now)
            return grant
        }
    }

    /// The session with its account, when both are good.
    public func live(_ session: SessionID, at now: Timestamp) throws(StoreError) -> Grant? {
        guard let grant = try find(session), grant.session.isLive(at: now), !grant.account.isDisabled else {
            return nil
        }
        return grant
    }

    /// The account's live sessions, the last used first; 1000 at most.
    public func list(_ account: AccountID, at now: Timestamp) throws(StoreError) -> [SessionRecord] {
        let rows = try database.query(
            """
            SELECT \(SessionRecord.columns) FROM sessions
            WHERE account_id = $1 AND revoked_at IS NULL AND ends_at > $2
            ORDER BY last_used_at DESC, id LIMIT 1000
            """, [.text(account.description), .integer(now.milliseconds)])
        return try rows.map { (row) throws(StoreError) in try SessionRecord(row) }
    }

    /// Everybody's live sessions in the order of their ids, which is that of their logins, a page at a time.
    /// - Parameters:
    ///   - after: the last id of the page before; nil for the first.
    ///   - limit: how many at most.
    public func all(
        after: SessionID? = nil, limit: Int = 1000, at now: Timestamp
    ) throws(StoreError) -> [Grant] {
        let rows = try database.query(
            """
            \(Grant.select) WHERE sessions.id > $1 AND sessions.revoked_at IS NULL AND sessions.ends_at > $2
            ORDER BY sessions.id LIMIT $3
            """, [.text(after?.description ?? ""), .integer(now.milliseconds), .integer(Int64(limit))])
        return try rows.map { (row) throws(StoreError) in try Grant(row) }
    }

    /// In a transaction.
    func purge(at now: Timestamp) throws(StoreError) {
        try Purge.sessions(in: database, at: now)
        if lifetimes.accessID != nil { try Purge.accessIDs(in: database, at: now) }
    }

    /// Whatever state it is in.
    func find(_ session: SessionID) throws(StoreError) -> Grant? {
        let rows = try database.query("\(Grant.select) WHERE sessions.id = $1", [.text(session.description)])
        guard let row = rows.first else { return nil }
        return try Grant(row)
    }

    private func insert(
        for account: AccountRecord, client: ClientDescription, remember: Bool, delivery: Delivery, at now: Timestamp
    ) throws(StoreError) -> Grant {
        let end = now + lifetimes.absolute
        let rows = try database.query(
            """
            INSERT INTO sessions
                (id, account_id, generation, created_at, rotated_at, last_used_at, expires_at, ends_at, remember,
                 delivery, address, user_agent, revoked_at, revoked_reason)
            VALUES ($1, $2, 0, $3, $3, $3, $4, $5, $6, $7, $8, $9, NULL, NULL)
            RETURNING \(SessionRecord.columns)
            """,
            [
                .text(SessionID.make(at: now).description), .text(account.id.description), .integer(now.milliseconds),
                .integer(end.milliseconds), .integer(min(now + lifetimes.idle, end).milliseconds), .flag(remember),
                .text(delivery.rawValue), .text(client.address), .text(client.userAgent),
            ])
        guard let row = rows.first else { throw .unexpected("no row from INSERT") }
        return try issuing(Grant(account: account, session: try SessionRecord(row)), at: now)
    }
}
