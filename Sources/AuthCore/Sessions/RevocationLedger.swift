public import Database
public import Identity
public import Revocations

/// Why a session or an account's tokens ended; kept with the session.
public enum RevocationReason: String, Sendable {
    case logout
    /// Its browser logged in again.
    case replaced
    /// Its owner ended it from another session.
    case owner
    case admin
    case passwordChanged = "password_changed"
    case accountDisabled = "account_disabled"
    case accountDeleted = "account_deleted"
    /// A refresh token was used twice.
    case reused
    /// A refresh token was ahead of the store.
    case generationAhead = "generation_ahead"
}

/// The only way to revoke. Each change is committed to the store together with what the journal
/// must say of it, then appended to the journal; when a function here has returned, the next
/// verification refuses. When it throws, nothing was acknowledged, and doing it again is safe.
///
/// Whatever stops it between store and journal is healed from the store: by the next revocation of
/// this program, by `settle`, or by `restore` when any revoking program starts. For one thread.
///
/// Where access tokens are looked up in the store nobody reads a journal, and there is none; what is
/// recorded in the store is there all the same, for the day JWTs are used again.
public final class RevocationLedger {
    let database: any Database
    private let journal: RevocationJournal?
    private let tokenLifetime: Duration
    /// What is known of the journal, shared by the threads of a program.
    private let watch: JournalWatch?

    /// Tokens are issued at the time a request began, and this much later at most. It also covers
    /// clocks of several machines.
    private static let margin: Duration = .seconds(60)

    /// - Parameters:
    ///   - journal: nil where nobody goes by it.
    ///   - watch: of that journal, where threads share one.
    ///   - tokenLifetime: of access tokens.
    public init(
        _ database: any Database, journal: RevocationJournal?, watch: JournalWatch? = nil, tokenLifetime: Duration
    ) {
        self.database = database
        self.journal = journal
        self.watch = watch ?? journal.map(JournalWatch.init)
        self.tokenLifetime = tokenLifetime
    }

    /// Makes the journal say at least what the store says, creating it when there is none. Every
    /// revoking program does this when it starts.
    public func restore(at now: Timestamp) throws(StoreError) { try restore(at: now) { false } }

    /// - Parameter isEnough: asked when no other thread of this program restores.
    private func restore(at now: Timestamp, unless isEnough: () -> Bool) throws(StoreError) {
        guard let journal, let watch else { return }
        try watch.heal(unless: isEnough) { () throws(StoreError) in
            var known = 0
            do {
                try journal.restore(at: now) {
                    known = watch.failures
                    return try recorded(at: now)
                }
            } catch let error as StoreError {
                throw error
            } catch {
                throw .unavailable("\(error)")
            }
            return known
        }
    }

    /// Tells the journal what an earlier call could not, and puts it right when it is gone, was cut
    /// short or holds what no version writes. One stat(2) when there is nothing to do.
    public func settle(at now: Timestamp) throws(StoreError) {
        guard let watch, !watch.isIntact else { return }
        try restore(at: now) { watch.isIntact }
    }

    /// For a change that must not be made while it can't be told.
    func requireJournal(at now: Timestamp) throws(StoreError) {
        guard let journal, let watch else { return }
        func isThere() -> Bool { watch.isSettled && (try? journal.check()) != nil }
        if !isThere() { try restore(at: now, unless: isThere) }
    }

    /// Runs `body` in a transaction, and tells the journal what it recorded once it is committed.
    func commit<Result>(
        at now: Timestamp, _ body: (inout LedgerChanges) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        var changes = LedgerChanges()
        let result = try database.transaction { () throws(StoreError) in
            changes = LedgerChanges()
            let result = try body(&changes)
            if !changes.made.isEmpty { try Purge.revocations(in: database, at: now) }
            return result
        }
        try publish(changes.made, at: now)
        try publishAgain(changes.repeated, at: now)
        return result
    }

    /// In a transaction: notes that the session is over.
    func record(_ session: SessionID, at now: Timestamp, _ changes: inout LedgerChanges) throws(StoreError) {
        let until = try insert(kind: 1, session.description, minimumEpoch: 0, at: now)
        changes.made.append(.session(session, until: until))
    }

    /// In a transaction: notes that the account's tokens below `minimumEpoch` are void.
    func record(
        _ account: AccountID, minimumEpoch: Int64, at now: Timestamp, _ changes: inout LedgerChanges
    ) throws(StoreError) {
        let until = try insert(kind: 2, account.description, minimumEpoch: minimumEpoch, at: now)
        changes.made.append(.account(account, minimumEpoch: minimumEpoch, until: until))
    }

    /// What is recorded and still of use, of everything or of one id.
    func recorded(of subject: String? = nil, at now: Timestamp) throws(StoreError) -> [Revocation] {
        let select = "SELECT kind, subject, minimum_epoch, expires_at FROM revocations WHERE expires_at > $1"
        let rows =
            if let subject {
                // Both kinds by name, so that the primary key serves.
                try database.query(
                    "\(select) AND kind IN (1, 2) AND subject = $2", [.integer(now.milliseconds), .text(subject)])
            } else {
                try database.query(select, [.integer(now.milliseconds)])
            }
        return try rows.map { (row) throws(StoreError) in try Self.revocation(row) }
    }

    private func publish(_ revocations: [Revocation], at now: Timestamp) throws(StoreError) {
        guard !revocations.isEmpty, let journal else { return }
        do throws(RevocationsUnavailable) {
            try journal.append(revocations, at: now)
        } catch {
            watch?.failed()
        }
        try settle(at: now)
    }

    /// For what was revoked before, perhaps by a process that got no further than the store.
    private func publishAgain(_ revocations: [Revocation], at now: Timestamp) throws(StoreError) {
        guard !revocations.isEmpty, let journal else { return }
        guard let missing = try? journal.missing(from: revocations) else {
            watch?.failed()
            return try settle(at: now)
        }
        try publish(missing, at: now)
    }

    private func insert(
        kind: Int64, _ subject: String, minimumEpoch: Int64, at now: Timestamp
    ) throws(StoreError) -> Timestamp {
        let until = end(from: now)
        try database.execute(
            """
            INSERT INTO revocations (kind, subject, minimum_epoch, recorded_at, expires_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (kind, subject, minimum_epoch) DO UPDATE SET expires_at = excluded.expires_at
            """,
            [
                .integer(kind), .text(subject), .integer(minimumEpoch), .integer(now.milliseconds),
                .integer(until.milliseconds),
            ])
        return until
    }

    /// When the last token that can exist now has expired.
    private func end(from now: Timestamp) -> Timestamp { now + tokenLifetime + Self.margin }

    private static func revocation(_ row: Row) throws(StoreError) -> Revocation {
        let until = Timestamp(milliseconds: try row.integer("expires_at"))
        let subject = try row.text("subject")
        switch try row.integer("kind") {
        case 1:
            guard let id = SessionID(subject) else { throw .unexpected("revoked session id") }
            return .session(id, until: until)
        case 2:
            guard let id = AccountID(subject) else { throw .unexpected("revoked account id") }
            return .account(id, minimumEpoch: try row.integer("minimum_epoch"), until: until)
        default: throw .unexpected("kind of revocation")
        }
    }
}

/// What a transaction has revoked, for the journal.
struct LedgerChanges {
    /// Recorded in this transaction.
    var made: [Revocation] = []
    /// Recorded before; the journal may or may not have it.
    var repeated: [Revocation] = []
}
