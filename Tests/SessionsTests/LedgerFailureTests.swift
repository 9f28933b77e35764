import Accounts
import Database
import Glibc
import Identity
import Revocations
import SQLiteDriver
import TestFixtures
import Testing

@testable import Sessions

@Suite("Revocation: when the journal fails")
struct LedgerFailureTests {
    private let world: World
    private let worker: Worker
    private let ann: Grant

    init() throws {
        world = try World()
        worker = world.worker()
        ann = try worker.signUp("ann")
    }

    private var journalSize: Int {
        var status = stat()
        return stat(world.journalPath, &status) == 0 ? status.st_size : -1
    }

    @Test("nothing is acknowledged that the journal was not told")
    func notAcknowledged() throws {
        let crippled = world.workerWithoutJournal()
        #expect(throws: StoreError.unavailable("no revocation journal")) {
            try crippled.ledger.endSession(ann.session.id, reason: .logout, at: start)
        }
        #expect(try world.accepts(ann))
    }

    @Test("what was killed between store and journal is in the journal once a program has started")
    func healedByStart() throws {
        let crippled = world.workerWithoutJournal()
        let bob = try worker.signUp("bob")
        _ = try? crippled.ledger.endSession(ann.session.id, reason: .logout, at: start)
        _ = try? crippled.ledger.endAll(of: bob.account.id, reason: .logout, at: start)
        #expect(try worker.sessions.live(ann.session.id, at: start) == nil)
        #expect(try [ann, bob].map { try world.accepts($0) } == [true, true])
        try world.worker().ledger.restore(at: start)
        #expect(try [ann, bob].map { try world.accepts($0) } == [false, false])
    }

    @Test("a refresh token of a session that ended only in the store ends it in the journal")
    func healedByRefresh() throws {
        _ = try? world.workerWithoutJournal().ledger.endSession(ann.session.id, reason: .reused, at: start)
        #expect(try world.accepts(ann))
        #expect(try worker.rotate(ann, at: start) == .revoked)
        #expect(try !world.accepts(ann))
    }

    @Test(
        "the same request again heals it, from any process",
        arguments: ["session", "others", "all", "disable", "delete"])
    func healedByRepeating(_ what: String) throws {
        let kept = try #require(try worker.logIn(ann.account))
        func revoke(_ ledger: RevocationLedger) throws {
            switch what {
            case "session": _ = try ledger.endSession(ann.session.id, reason: .logout, at: start)
            case "others":
                try ledger.endOthers(of: ann.account.id, keeping: kept.session.id, reason: .logout, at: start)
            case "all": _ = try ledger.endAll(of: ann.account.id, reason: .logout, at: start)
            case "disable": _ = try ledger.disable(ann.account.id, at: start)
            default: _ = try ledger.delete(ann.account.id, at: start)
            }
        }
        #expect(throws: StoreError.self) { try revoke(world.workerWithoutJournal().ledger) }
        #expect(try world.accepts(ann))
        try revoke(worker.ledger)
        #expect(try !world.accepts(ann))
    }

    @Test("a global logout that failed half-way is healed by a local one, which is all its client can repeat")
    func globalHealedByLocal() throws {
        #expect(throws: StoreError.self) {
            try world.workerWithoutJournal().ledger.endAll(of: ann.account.id, reason: .logout, at: start)
        }
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        #expect(try !world.accepts(ann))
    }

    @Test("a logout with proof of a session that the store has lost is told to the journal, once")
    func lostSession() throws {
        let bob = try worker.signUp("bob")
        try worker.database.execute("DELETE FROM sessions")
        #expect(try worker.ledger.endSession(ann.session.id, reason: .logout, at: start) == .unknown)
        #expect(try !world.accepts(ann))
        let size = journalSize
        #expect(try worker.ledger.endSession(ann.session.id, reason: .logout, at: start) == .unknown)
        let other = try worker.ledger.endSession(bob.session.id, of: ann.account.id, reason: .owner, at: start)
        #expect(other == .unknown)
        #expect(journalSize == size)
        #expect(try world.accepts(bob))
    }

    @Test("a process whose journal was away tells it everything with its next revocation")
    func healedByNext() throws {
        let runtime = try TemporaryDirectory()
        let away = runtime.path + "/run"
        let crippled = world.worker(runtime: away)
        let bob = try worker.signUp("bob")
        #expect(throws: StoreError.self) { try crippled.ledger.endSession(ann.session.id, reason: .logout, at: start) }
        #expect(mkdir(away, 0o755) == 0)
        _ = try crippled.ledger.endSession(bob.session.id, reason: .logout, at: start)
        let reader = RevocationReader(path: RevocationJournal.path(in: away))
        try reader.refresh()
        #expect(!reader.accepts(ann))
        #expect(!reader.accepts(bob))
        unlink(RevocationJournal.path(in: away))
        unlink(away + "/revocations.lock")
    }

    @Test("settling does the same without a revocation, and puts a deleted journal back")
    func settled() throws {
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        unlink(world.journalPath)
        try worker.ledger.settle(at: start)
        #expect(try !world.accepts(ann))
        let size = journalSize
        try worker.ledger.settle(at: start)
        #expect(journalSize == size)
    }

    @Test("a journal deleted at run time is made again, whole, by the next revocation")
    func deletedJournal() throws {
        let bob = try worker.signUp("bob")
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        unlink(world.journalPath)
        _ = try worker.ledger.endSession(bob.session.id, reason: .logout, at: start)
        #expect(try [ann, bob].map { try world.accepts($0) } == [false, false])
    }

    @Test("a torn journal is mended by the next revocation")
    func tornJournal() throws {
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        let bob = try worker.signUp("bob")
        truncate(world.journalPath, 32 + 20)
        _ = try worker.ledger.endSession(bob.session.id, reason: .logout, at: start)
        #expect(try [ann, bob].map { try world.accepts($0) } == [false, false])
    }

    @Test("threads that find the journal damaged together put it right once, and all of them have it")
    func damagedForMany() throws {
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        let journal = RevocationJournal(directory: world.directory.path)
        let watch = JournalWatch(journal)
        let (world, ann, queries) = (world, ann, CountedQueries.Counter())
        #expect(watch.isIntact)
        #expect(truncate(world.journalPath, 32 + 20) == 0)
        let results = inParallel(32) { _ in
            let counted = CountedQueries(world.worker().database, queries)
            let ledger = RevocationLedger(counted, journal: journal, watch: watch, tokenLifetime: tokenLifetime)
            try ledger.settle(at: start)
            return try world.accepts(ann)
        }
        #expect(try results.map { try $0.get() }.allSatisfy { !$0 })
        #expect(queries.value == 1)
    }

    @Test("a thread that restores covers what failed before it read the store")
    func failedBeforeReading() throws {
        let journal = RevocationJournal(directory: world.directory.path)
        let watch = JournalWatch(journal)
        watch.failed()
        try watch.heal(unless: { watch.isIntact }) { () throws(StoreError) in
            watch.failed()
            return watch.failures
        }
        #expect(watch.isIntact)
        watch.failed()
        #expect(!watch.isIntact)
    }

    @Test("a theft that can't be told is not answered, and the session is over all the same")
    func theft() throws {
        let next = try worker.rotated(ann, at: start)
        let crippled = world.workerWithoutJournal()
        let time = start + .seconds(60)
        #expect(throws: StoreError.self) { try crippled.rotate(ann, at: time) }
        #expect(try worker.rotate(next, at: time) == .revoked)
        try world.worker().ledger.restore(at: time)
        #expect(try !world.accepts(next, at: time))
    }

    @Test("without a journal no password is changed, so that the old one still tells what to do")
    func passwordStays() throws {
        #expect(throws: StoreError.self) {
            try world.workerWithoutJournal().ledger.changePassword(
                of: ann.account.id, digest: "$2", ifVersion: 1, keeping: ann.session.id, at: start)
        }
        #expect(try worker.accounts.credential(id: ann.account.id)?.digest == "$digest$1")
    }

    @Test("without a journal a login that replaces a session opens none and ends none")
    func loginOpensNothing() throws {
        let crippled = world.workerWithoutJournal()
        for _ in 0..<2 {
            #expect(throws: StoreError.unavailable("no revocation journal")) {
                try crippled.sessions.open(
                    ann.account.id, passwordVersion: 1, client: browser, remember: false, delivery: .cookie,
                    replacing: ann.session.id, at: start)
            }
        }
        #expect(try worker.sessions.list(ann.account.id, at: start).map(\.id) == [ann.session.id])
    }

    @Test("rotation needs no journal")
    func rotationGoesOn() throws {
        #expect(throws: Never.self) { try world.workerWithoutJournal().rotated(ann, at: start) }
    }

    @Test("logging out over and over does not make the journal longer")
    func noGrowth() throws {
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        let size = journalSize
        for _ in 0..<10 {
            _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
            try worker.ledger.endOthers(
                of: ann.account.id, keeping: SessionID.make(at: start), reason: .logout, at: start)
        }
        #expect(journalSize == size)
    }

    @Test("a store that is gone revokes nothing and tells the journal nothing")
    func storeGone() throws {
        let store = world.directory.file("store.sqlite")
        rename(store, store + ".away")
        let size = journalSize
        #expect(throws: StoreError.self) {
            try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        }
        #expect(throws: StoreError.self) { try worker.ledger.restore(at: start) }
        #expect(journalSize == size)
    }
}
