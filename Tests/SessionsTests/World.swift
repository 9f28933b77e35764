import Accounts
import Database
import Identity
import Revocations
import SQLiteDriver
import Sessions
import TestFixtures

let start = Timestamp(seconds: 1_800_000_000)
let browser = ClientDescription(address: "192.0.2.7", userAgent: "Mozilla/5.0")
let lifetimes = SessionLifetimes(idle: .seconds(7 * 86_400), absolute: .seconds(30 * 86_400), grace: .seconds(30))
let tokenLifetime = Duration.seconds(900)

/// A store and a journal, and as many workers on them as a test wants.
final class World: Sendable {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try SQLiteDatabase.createFile(at: directory.file("store.sqlite"))
        let worker = self.worker()
        try Migrator().migrate(worker.database, at: start.milliseconds)
        try worker.ledger.restore(at: start)
    }

    /// One program's thread: its own connection. `runtime` is another directory than the journal's
    /// for a worker that can't reach it.
    func worker(runtime: String? = nil) -> Worker {
        let database = SQLiteDatabase(path: directory.file("store.sqlite"), busyTimeout: .seconds(20))
        return Worker(database, runtime: runtime ?? directory.path)
    }

    /// A worker whose journal can't be written: what a crash between commit and append leaves.
    func workerWithoutJournal() -> Worker { worker(runtime: directory.file("none")) }

    var journalPath: String { RevocationJournal.path(in: directory.path) }

    /// What verify, started now, makes of a token with this grant's contents.
    func accepts(_ grant: Grant, at now: Timestamp = start) throws -> Bool {
        let reader = RevocationReader(path: journalPath)
        try reader.refresh()
        return reader.accepts(grant)
    }
}

extension RevocationReader {
    func accepts(_ grant: Grant) -> Bool {
        !isRevoked(session: grant.session.id, account: grant.account.id, epoch: grant.account.epoch)
    }
}

struct Worker {
    let database: SQLiteDatabase
    let accounts: AccountStore
    let sessions: SessionStore
    let ledger: RevocationLedger

    init(_ database: SQLiteDatabase, runtime: String) {
        self.database = database
        accounts = AccountStore(database)
        ledger = RevocationLedger(
            database, journal: RevocationJournal(directory: runtime), tokenLifetime: tokenLifetime)
        sessions = SessionStore(database, lifetimes: lifetimes, ledger: ledger)
    }

    struct Refused: Error {}

    func signUp(_ name: String, at now: Timestamp = start) throws -> Grant {
        let account = NewAccount(username: name, email: "\(name)@example.org", digest: "$digest$1")
        let grant = try sessions.signUp(account, client: browser, remember: true, delivery: .cookie, at: now)
        guard let grant else { throw Refused() }
        return grant
    }

    /// Nil when the account may not, as `open` has it.
    func logIn(_ account: AccountRecord, at now: Timestamp = start) throws -> Grant? {
        try sessions.open(
            account.id, passwordVersion: account.passwordVersion, client: browser, remember: false,
            delivery: .cookie, at: now)
    }

    func rotate(_ grant: Grant, at now: Timestamp) throws -> Rotation {
        try sessions.rotate(grant.session.id, generation: grant.session.generation, at: now)
    }

    /// Rotates, and fails the test when it can't.
    func rotated(_ grant: Grant, at now: Timestamp) throws -> Grant {
        guard case .rotated(let successor) = try rotate(grant, at: now) else { throw Refused() }
        return successor
    }

    func account(_ grant: Grant) throws -> AccountRecord {
        guard let account = try accounts.find(id: grant.account.id) else { throw Refused() }
        return account
    }
}
