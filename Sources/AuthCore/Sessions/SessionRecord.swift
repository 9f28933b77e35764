import Database
public import Identity

/// How a client is handed its tokens.
public enum Delivery: String, Sendable {
    case cookie
    case body
}

/// Who opened a session, as its owner's list shows it. From outside and never trusted: shortened
/// to what a list needs, without control characters.
public struct ClientDescription: Sendable, Equatable {
    public let address: String
    public let userAgent: String

    /// - Parameters:
    ///   - address: canonical text; 64 characters are kept.
    ///   - userAgent: 256 characters are kept.
    public init(address: String, userAgent: String) {
        self.address = Self.shortened(address, to: 64)
        self.userAgent = Self.shortened(userAgent, to: 256)
    }

    private static func shortened(_ text: String, to limit: Int) -> String {
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.prefix(limit))
        return String(kept)
    }
}

/// One login of one account on one device. Holds no token: the refresh token is this id and
/// generation with a MAC that the store's readers can't make.
public struct SessionRecord: Sendable, Equatable {
    public let id: SessionID
    public let account: AccountID
    /// The generation of the refresh token that is good now; the first is 0.
    public let generation: UInt32
    public let createdAt: Timestamp
    public let rotatedAt: Timestamp
    public let lastUsedAt: Timestamp
    /// The absolute end; nothing moves it.
    public let expiresAt: Timestamp
    /// When it ends if it is not used again: idle or absolute, whichever comes first; or when it was revoked.
    public let endsAt: Timestamp
    public let remember: Bool
    public let delivery: Delivery
    public let client: ClientDescription
    public let revokedAt: Timestamp?

    /// Neither revoked nor at its end.
    public func isLive(at now: Timestamp) -> Bool { revokedAt == nil && now < endsAt }

    /// From a row with `columns`, taken by their aliases.
    init(_ row: Row) throws(StoreError) {
        guard let id = SessionID(try row.text("session_id")) else { throw .unexpected("session id") }
        guard let account = AccountID(try row.text("session_account_id")) else { throw .unexpected("account id") }
        guard let generation = UInt32(exactly: try row.integer("session_generation")) else {
            throw .unexpected("session generation")
        }
        guard let delivery = Delivery(rawValue: try row.text("session_delivery")) else {
            throw .unexpected("session delivery")
        }
        self.id = id
        self.account = account
        self.generation = generation
        self.delivery = delivery
        createdAt = Timestamp(milliseconds: try row.integer("session_created_at"))
        rotatedAt = Timestamp(milliseconds: try row.integer("session_rotated_at"))
        lastUsedAt = Timestamp(milliseconds: try row.integer("session_last_used_at"))
        expiresAt = Timestamp(milliseconds: try row.integer("session_expires_at"))
        endsAt = Timestamp(milliseconds: try row.integer("session_ends_at"))
        remember = try row.flag("session_remember")
        client = ClientDescription(
            address: try row.text("session_address"), userAgent: try row.text("session_user_agent"))
        revokedAt = try row.optionalInteger("session_revoked_at").map(Timestamp.init(milliseconds:))
    }

    /// For SELECT and RETURNING on `sessions`, alone or joined.
    static let columns = """
        sessions.id AS session_id, sessions.account_id AS session_account_id,
        sessions.generation AS session_generation, sessions.created_at AS session_created_at,
        sessions.rotated_at AS session_rotated_at, sessions.last_used_at AS session_last_used_at,
        sessions.expires_at AS session_expires_at, sessions.ends_at AS session_ends_at,
        sessions.remember AS session_remember, sessions.delivery AS session_delivery,
        sessions.address AS session_address, sessions.user_agent AS session_user_agent,
        sessions.revoked_at AS session_revoked_at
        """
}
