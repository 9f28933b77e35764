import Database
import SQLiteDriver
import TestFixtures
import Testing

@Suite("Migrations")
struct MigratorTests {
    private static let two = [
        Migration(version: 1, statements: ["CREATE TABLE one (id TEXT)"]),
        Migration(version: 2, statements: ["CREATE TABLE two (id TEXT)", "INSERT INTO two (id) VALUES ('x')"]),
    ]

    @Test("an empty store gets every migration once, in order")
    func everyMigrationOnce() throws {
        let database = SQLiteDatabase()
        #expect(try Migrator(Self.two).migrate(database, at: 5) == [1, 2])
        #expect(try Migrator(Self.two).migrate(database, at: 6) == [])
        #expect(try database.query("SELECT id FROM two").count == 1)
        let rows = try database.query("SELECT version, applied_at FROM schema_migrations ORDER BY version")
        #expect(try rows.map { try $0.integer("version") } == [1, 2])
        #expect(try rows.map { try $0.integer("applied_at") } == [5, 5])
    }

    @Test("a store of an earlier version gets what it lacks")
    func theRest() throws {
        let database = SQLiteDatabase()
        try Migrator([Self.two[0]]).migrate(database, at: 0)
        #expect(throws: StoreError.self) { try Migrator(Self.two).requireCurrent(database) }
        #expect(try Migrator(Self.two).migrate(database, at: 0) == [2])
        #expect(throws: Never.self) { try Migrator(Self.two).requireCurrent(database) }
    }

    @Test("a store of a newer version is refused and left alone")
    func newerSchema() throws {
        let database = SQLiteDatabase()
        try Migrator(Self.two).migrate(database, at: 0)
        let older = Migrator([Self.two[0]])
        #expect(throws: StoreError.schemaTooNew(found: 2, known: 1)) { try older.migrate(database, at: 0) }
        #expect(throws: StoreError.schemaTooNew(found: 2, known: 1)) { try older.requireCurrent(database) }
    }

    @Test("a migration that fails leaves nothing of itself or of those before it")
    func allOrNothing() throws {
        let database = SQLiteDatabase()
        let broken = Migrator(Self.two + [Migration(version: 3, statements: ["CREATE TABLE two (id TEXT)"])])
        #expect(throws: StoreError.self) { try broken.migrate(database, at: 0) }
        #expect(throws: StoreError.self) { try database.query("SELECT id FROM one") }
        #expect(try Migrator(Self.two).migrate(database, at: 0) == [1, 2])
    }

    @Test("a store without a schema is unavailable")
    func noSchema() {
        #expect {
            try Migrator().requireCurrent(SQLiteDatabase())
        } throws: { error in
            guard case StoreError.unavailable = error else { return false }
            return true
        }
    }

    @Test("programs that start together on a new store all find it migrated, and one did it")
    func togetherOnANewStore() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.sqlite")
        let results = inParallel(12) { _ in
            let created = try SQLiteDatabase.createFile(at: path)
            let database = SQLiteDatabase(path: path)
            let applied = try Migrator().migrate(database, at: 0)
            try Migrator().requireCurrent(database)
            return (created, applied.isEmpty)
        }
        let outcomes = try results.map { try $0.get() }
        #expect(outcomes.filter { $0.0 }.count == 1)
        #expect(outcomes.filter { !$0.1 }.count == 1)
    }
}
