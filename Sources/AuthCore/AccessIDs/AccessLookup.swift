public import Database
public import Identity

/// What an access id stands for, as long as its session lives.
public struct LiveAccess: Sendable, Equatable {
    public let identity: Identity
    /// The id's own end or the session's, whichever comes first.
    public let expiresAt: Timestamp
}

/// Finds what access ids stand for. Reads the view `live_access` and nothing else, so it works on a
/// connection that may read no more than that (`Schema.liveAccessGrant`).
public struct AccessLookup {
    private let database: any Database

    public init(_ database: any Database) {
        self.database = database
    }

    /// Nil for an id that was never given out, or whose session or account is over. The caller
    /// compares the time.
    public func find(_ id: AccessID) throws(StoreError) -> LiveAccess? {
        let rows = try database.query(
            """
            SELECT session_id, account_id, username, email, roles, expires_at FROM live_access WHERE hash = $1
            """, [.text(id.hash)])
        guard let row = rows.first else { return nil }
        return try LiveAccess(row)
    }
}

extension LiveAccess {
    fileprivate init(_ row: Row) throws(StoreError) {
        guard let session = SessionID(try row.text("session_id")) else { throw .unexpected("session id") }
        guard let account = AccountID(try row.text("account_id")) else { throw .unexpected("account id") }
        guard let roles = Role.list(try row.text("roles")) else { throw .unexpected("account roles") }
        identity = Identity(
            account: account, session: session, username: try row.text("username"),
            email: try row.optionalText("email"), roles: roles)
        expiresAt = Timestamp(milliseconds: try row.integer("expires_at"))
    }
}
