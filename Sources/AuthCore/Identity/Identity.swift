/// Who makes a request, as a token or a session says it: what an application may be told.
/// Must never hold a credential.
public struct Identity: Sendable, Equatable {
    public let account: AccountID
    public let session: SessionID
    /// The canonical form.
    public let username: String
    /// Contact data; not verified, not unique.
    public let email: String?
    public let roles: [Role]

    public init(account: AccountID, session: SessionID, username: String, email: String?, roles: [Role]) {
        self.account = account
        self.session = session
        self.username = username
        self.email = email
        self.roles = roles
    }
}
