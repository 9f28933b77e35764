public import Identity

/// A browser, and the accounts that have logged in with it. It proves nothing but that: who has its
/// cookie still needs the password, and is only spared the waits that strangers bring about.
public struct Device: Equatable, Sendable {
    /// A login with this browser.
    public struct Login: Equatable, Sendable {
        public let account: AccountID
        /// To the second.
        public let time: Timestamp
    }

    /// A family's accounts; the least recent gives way.
    public static let accountsKept = 3
    /// How long a login is remembered, and the life of the cookie.
    public static let lifetime: Duration = .seconds(180 * 86_400)

    public let id: DeviceID
    /// The most recent first, each account once; 1 to `accountsKept`.
    public let logins: [Login]

    init(id: DeviceID, logins: [Login]) {
        self.id = id
        self.logins = logins
    }

    /// A browser that was not known until this login.
    public init(loggedInTo account: AccountID, at now: Timestamp) {
        self.init(id: .make(at: now), logins: [Login(account: account, time: Timestamp(seconds: now.seconds))])
    }

    /// The same browser after one more login.
    public func loggedIn(to account: AccountID, at now: Timestamp) -> Device {
        let login = Login(account: account, time: Timestamp(seconds: now.seconds))
        let others = logins.filter { $0.account != account }
        return Device(id: id, logins: Array(([login] + others).prefix(Self.accountsKept)))
    }

    /// Whether the account has logged in with it and that is not too long ago.
    public func isKnown(to account: AccountID, at now: Timestamp) -> Bool {
        logins.contains { $0.account == account && now - $0.time < Self.lifetime }
    }
}
