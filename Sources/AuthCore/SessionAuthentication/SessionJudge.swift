public import AccessIDs
public import Authentication
import Database
import Events
public import Identity
import SQLiteDriver
public import Settings

/// Judges access tokens that are ids (`AUTH_ACCESS=session`): looks each up in the store, so that
/// whatever ends a session or changes its account counts at once. For one thread.
public final class SessionJudge: AccessJudge {
    /// nginx gives verify five seconds, and others wait behind the one who waits here.
    private static let busyTimeout = Duration.milliseconds(500)

    /// How far the clock of who issued an id may be ahead of ours.
    private static let clockTolerance = Duration.seconds(60)

    private let lookup: AccessLookup
    private let lifetime: Duration
    public private(set) var complaint: AccessComplaint?

    /// For a program that has the store open.
    /// - Parameter lifetime: the longest that ids may live now, whatever they were issued for.
    public init(_ lookup: AccessLookup, lifetime: Duration) {
        self.lookup = lookup
        self.lifetime = lifetime
    }

    /// For a program that may read the live sessions and nothing else. The store may still be missing:
    /// until it is there, every id is `unavailable`.
    public convenience init(reading settings: Settings) {
        switch settings.store {
        case .sqlite(let path):
            self.init(
                AccessLookup(
                    SQLiteDatabase(path: path, reading: Schema.liveAccessGrant, busyTimeout: Self.busyTimeout)),
                lifetime: settings.accessTTL)
        }
    }

    /// What is no id is refused without a query. An id that is not found was never given out, or its
    /// session or account is over: the store does not say which.
    public func judge(_ token: String, at now: Timestamp) -> AccessVerdict {
        complaint = nil
        guard let id = AccessID(token) else { return .refused(.token(code: "token_malformed")) }
        do {
            guard let access = try lookup.find(id) else { return .refused(.token(code: "token_unknown")) }
            guard now < access.expiresAt else { return .refused(.token(code: "token_expired")) }
            // A clock that was set back, or a lifetime that was made shorter, gives no id more than its time.
            guard access.expiresAt - now <= lifetime + Self.clockTolerance else {
                return .refused(.token(code: "token_lifetime_too_long"))
            }
            return .admitted(access.identity)
        } catch {
            complaint = (.storeUnavailable, "\(error)")
            return .unavailable
        }
    }
}
