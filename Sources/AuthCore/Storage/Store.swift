public import AccessIDs
public import Accounts
public import Database
public import Identity
import Revocations
import SQLiteDriver
public import Sessions
public import Settings
import Synchronization
public import Throttling

/// The store as one worker thread has it: a connection of its own for reading, opened at first use, and
/// what works on it. Holds no request's data from one request to the next.
public final class Store {
    public let accounts: AccountStore
    public let sessions: SessionStore
    /// The only way to revoke.
    public let revocations: RevocationLedger
    /// What access ids stand for; of use with `AUTH_ACCESS=session` only.
    public let access: AccessLookup
    public let attempts: AttemptStore
    /// Refreshes and refused refresh tokens, which are not written one by one.
    public let gathered: GatheredAttempts
    public let limits: AttemptLimits

    private let settings: Settings
    /// The stores, with the directories of their journals, that this process has prepared: threads that
    /// come later find them so.
    private static let prepared = Mutex<Set<String>>([])
    private let name: String
    private var nextTry = Timestamp(milliseconds: 0)

    /// Opens nothing yet.
    /// - Parameter shared: what this thread has together with others; nil for one that is alone, and
    ///   commits by itself.
    /// - Throws: when this version has no driver for the store that is set.
    public init(_ settings: Settings, sharing shared: SharedStore? = nil) throws(StoreError) {
        let own = try Self.current(settings, cache: .few)
        let database = shared.map { GroupedDatabase(reads: own, commits: $0.commits) as any Database } ?? own
        self.settings = settings
        name = Self.name(settings)
        accounts = AccountStore(database)
        access = AccessLookup(database)
        revocations = Self.ledger(settings, database, watch: shared?.watch)
        sessions = SessionStore(
            database,
            lifetimes: SessionLifetimes(
                idle: settings.sessionIdle, absolute: settings.sessionTTL, grace: settings.refreshGrace,
                accessID: settings.access == .session ? settings.accessTTL : nil),
            ledger: revocations)
        attempts = AttemptStore(database)
        gathered = GatheredAttempts(attempts, counts: shared?.gathered ?? GatheredAttempts.Counts())
        limits = AttemptLimits(allowed: settings.loginAttempts)
    }

    /// At program start, before any thread works on the store: creates it if this is the first
    /// start, migrates it, and restores the revocation journal from it. A program goes on when this
    /// throws and answers 503; `prepareForRequest` tries again, without creating.
    /// - Parameter adopting: whether a file that is there and has no schema becomes a store. A program
    ///   must not do that: such a file has lost its accounts, and an empty store would refuse everybody.
    public static func prepare(
        _ settings: Settings, creating: Bool = true, adopting: Bool = true, at now: Timestamp
    ) throws(StoreError) {
        var isNew = false
        if creating, case .sqlite(let path) = settings.store { isNew = try SQLiteDatabase.createFile(at: path) }
        let database = try database(settings) { (_) throws(StoreError) in }
        let migrator = Migrator()
        do throws(StoreError) {
            try migrator.requireCurrent(database)
        } catch .unavailable {
            guard isNew || adopting || migrator.hasSchema(database) else {
                throw .unavailable("the file has no schema; run fcgi-authctl migrate if it is to be a new store")
            }
            try migrator.migrate(database, at: now.milliseconds)
        }
        try ledger(settings, database).restore(at: now)
        prepared.withLock { _ = $0.insert(name(settings)) }
    }

    private static func name(_ settings: Settings) -> String { "\(settings.store) \(settings.runtime)" }

    /// Before each request: finishes a preparation that failed at start, gives the journal what an
    /// earlier request could not, and puts it back if it was deleted. What still fails then shows
    /// in the request itself, if that needs it, and is tried again a second later.
    public func prepareForRequest(at now: Timestamp) {
        if now < nextTry, nextTry - now <= Self.pause { return }
        do throws(StoreError) {
            if !Self.prepared.withLock({ $0.contains(name) }) {
                try Self.prepare(settings, creating: false, adopting: false, at: now)
            }
            try revocations.settle(at: now)
        } catch {
            nextTry = now + Self.pause
        }
    }

    private static let pause: Duration = .seconds(1)

    private static func ledger(
        _ settings: Settings, _ database: any Database, watch: JournalWatch? = nil
    ) -> RevocationLedger {
        RevocationLedger(database, journal: journal(settings), watch: watch, tokenLifetime: settings.accessTTL)
    }

    /// Nil where nobody goes by it.
    static func journal(_ settings: Settings) -> RevocationJournal? {
        settings.access == .jwt ? RevocationJournal(directory: settings.runtime) : nil
    }

    /// A connection that works on the schema this version knows and on no other.
    static func current(_ settings: Settings, cache: SQLiteCache) throws(StoreError) -> any Database {
        try database(settings, cache: cache) { (opened) throws(StoreError) in try Migrator().requireCurrent(opened) }
    }

    private static func database(
        _ settings: Settings, cache: SQLiteCache = .few, requirement: @escaping SQLiteDatabase.Requirement
    ) throws(StoreError) -> any Database {
        switch settings.store {
        case .sqlite(let path): SQLiteDatabase(path: path, cache: cache, requirement: requirement)
        }
    }
}
