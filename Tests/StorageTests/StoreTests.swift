import Accounts
import Database
import Glibc
import Identity
import Revocations
import SQLiteDriver
import Sessions
import Settings
import Storage
import TestFixtures
import Testing

@Suite("Store")
struct StoreTests {
    private let directory: TemporaryDirectory
    private let start = Timestamp(seconds: 1_800_000_000)

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Store and runtime in a directory of the test's own.
    private func settings(store: String? = nil, runtime: String? = nil) throws -> Settings {
        try Settings.load(
            file: nil,
            environment: [
                "AUTH_ISSUER": "https://localhost:8443", "AUTH_STORE": "sqlite://\(store ?? path)",
                "AUTH_RUNTIME": runtime ?? directory.path,
            ], defaultFile: directory.file("none.conf")
        ).get()
    }

    private var path: String { directory.file("store.sqlite") }

    private func signUp(_ name: String, in store: Store, at now: Timestamp) throws -> Grant? {
        try store.sessions.signUp(
            NewAccount(username: name, digest: nil), client: ClientDescription(address: "", userAgent: ""),
            remember: false, delivery: .cookie, at: now)
    }

    @Test("the first start makes store and journal, and later ones keep them")
    func firstStart() throws {
        let settings = try settings()
        try Store.prepare(settings, at: start)
        let grant = try #require(try signUp("ann", in: Store(settings), at: start))
        _ = try Store(settings).revocations.endSession(grant.session.id, reason: .logout, at: start)
        try Store.prepare(settings, at: start)
        #expect(try Store(settings).accounts.find(username: "ann") == grant.account)
        let reader = RevocationReader(path: RevocationJournal.path(in: directory.path))
        try reader.refresh()
        #expect(reader.isRevoked(session: grant.session.id, account: grant.account.id, epoch: grant.account.epoch))
    }

    @Test("opening a store makes nothing, and using one that is not there is unavailable")
    func notMadeByUse() throws {
        let store = try Store(settings())
        store.prepareForRequest(at: start)
        #expect(throws: StoreError.unavailable("the file is missing")) { try store.accounts.find(username: "ann") }
        #expect(access(path, F_OK) != 0)
    }

    @Test("a start that could not prepare is finished by a later request")
    func finishedLater() throws {
        let home = directory.file("later")
        let settings = try settings(store: home + "/store.sqlite", runtime: home)
        #expect(throws: StoreError.self) { try Store.prepare(settings, at: start) }
        let store = try Store(settings)
        store.prepareForRequest(at: start)
        mkdir(home, 0o755)
        #expect(rename(try preparedElsewhere(), home + "/store.sqlite") == 0)
        store.prepareForRequest(at: start + .milliseconds(500))
        #expect(throws: StoreError.self) { try signUp("ann", in: store, at: start) }
        store.prepareForRequest(at: start + .seconds(1))
        #expect(try signUp("ann", in: store, at: start) != nil)
        #expect(access(RevocationJournal.path(in: home), F_OK) == 0)
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "revocations", "revocations.lock"] {
            unlink(home + "/" + name)
        }
    }

    /// A store as the first version left it.
    private func preparedElsewhere() throws -> String {
        let other = directory.file("other")
        try SQLiteDatabase.createFile(at: other)
        try Migrator([Schema.migrations[0]]).migrate(SQLiteDatabase(path: other), at: 0)
        return other
    }

    /// who has lost the accounts must not tell their owners that they have none.
    @Test("a file without a schema is made a store by the admin's command and by no program")
    func emptyFile() throws {
        let settings = try settings()
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: StoreError.self) { try Store.prepare(settings, adopting: false, at: start) }
        let store = try Store(settings)
        store.prepareForRequest(at: start)
        #expect(throws: StoreError.self) { try store.accounts.find(username: "ann") }
        try Store.prepare(settings, at: start)
        #expect(try store.accounts.find(username: "ann") == nil)
    }

    @Test("a store that vanishes while programs run is unavailable and is not made again")
    func vanished() throws {
        let settings = try settings()
        try Store.prepare(settings, at: start)
        let store = try Store(settings)
        store.prepareForRequest(at: start)
        #expect(try signUp("ann", in: store, at: start) != nil)
        rename(path, path + ".away")
        for second in 1...3 {
            store.prepareForRequest(at: start + .seconds(second))
            #expect(throws: StoreError.self) { try signUp("bob", in: store, at: start) }
        }
        #expect(access(path, F_OK) != 0)
        rename(path + ".away", path)
        #expect(try store.accounts.find(username: "ann") != nil)
    }

    @Test("a journal that vanishes is put back by the next request, with what the store knows")
    func journalPutBack() throws {
        let settings = try settings()
        try Store.prepare(settings, at: start)
        let store = try Store(settings)
        store.prepareForRequest(at: start)
        let grant = try #require(try signUp("ann", in: store, at: start))
        _ = try store.revocations.endAll(of: grant.account.id, reason: .logout, at: start)
        unlink(RevocationJournal.path(in: directory.path))
        store.prepareForRequest(at: start)
        let reader = RevocationReader(path: RevocationJournal.path(in: directory.path))
        try reader.refresh()
        #expect(reader.isRevoked(session: grant.session.id, account: grant.account.id, epoch: grant.account.epoch))
    }

    @Test("what the start has prepared no thread prepares again")
    func preparedOnce() throws {
        let settings = try settings()
        try Store.prepare(settings, at: start)
        var (before, after) = (stat(), stat())
        #expect(stat(RevocationJournal.path(in: directory.path), &before) == 0)
        try Store(settings).prepareForRequest(at: start + .seconds(1))
        #expect(stat(RevocationJournal.path(in: directory.path), &after) == 0)
        #expect(before.st_ino == after.st_ino)
    }

    @Test("a journal that was cut short or has garbage in it is put right by the next request of any program")
    func journalDamaged() throws {
        let settings = try settings()
        try Store.prepare(settings, at: start)
        let store = try Store(settings)
        store.prepareForRequest(at: start)
        let grant = try #require(try signUp("ann", in: store, at: start))
        _ = try store.revocations.endAll(of: grant.account.id, reason: .logout, at: start)
        store.prepareForRequest(at: start)
        let journal = RevocationJournal.path(in: directory.path)
        for damage in ["cut to its header", "garbage at its end"] {
            if damage == "cut to its header" {
                #expect(truncate(journal, 32) == 0)
            } else {
                let file = open(journal, O_WRONLY | O_APPEND)
                #expect(write(file, [UInt8](repeating: 0xEE, count: 64), 64) == 64)
                close(file)
            }
            store.prepareForRequest(at: start)
            let reader = RevocationReader(path: journal)
            try reader.refresh()
            #expect(reader.isRevoked(session: grant.session.id, account: grant.account.id, epoch: grant.account.epoch))
        }
    }

    @Test("a store of a newer version is left alone")
    func newerSchema() throws {
        let settings = try settings()
        try Store.prepare(settings, at: start)
        let known = Migrator().known
        try Migrator(Schema.migrations + [Migration(version: known + 1, statements: [])])
            .migrate(SQLiteDatabase(path: path), at: 0)
        #expect(throws: StoreError.schemaTooNew(found: known + 1, known: known)) {
            try Store.prepare(settings, at: start)
        }
        #expect(throws: StoreError.schemaTooNew(found: known + 1, known: known)) {
            try Store(settings).accounts.find(username: "ann")
        }
    }
}
