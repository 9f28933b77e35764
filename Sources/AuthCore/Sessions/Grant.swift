public import AccessIDs
public import Accounts
import Database
public import Identity

/// A session and its account, read in the transaction that opened, rotated or found it: all that a
/// token may say, and the generation its refresh token carries.
public struct Grant: Sendable, Equatable {
    public let account: AccountRecord
    public let session: SessionRecord
    /// Issued with this grant, where access tokens are ids; nil where they are JWTs, and for a session
    /// that was only found.
    public internal(set) var accessID: AccessID?

    /// Who this is, for a token or an application.
    public var identity: Identity {
        Identity(
            account: account.id, session: session.id, username: account.username, email: account.email,
            roles: account.roles)
    }

    init(account: AccountRecord, session: SessionRecord) {
        self.account = account
        self.session = session
    }

    init(_ row: Row) throws(StoreError) {
        account = try AccountRecord(row)
        session = try SessionRecord(row)
    }

    /// Followed by WHERE, or by nothing.
    static let select = """
        SELECT \(AccountRecord.columns), \(SessionRecord.columns)
        FROM sessions JOIN accounts ON accounts.id = sessions.account_id
        """
}
