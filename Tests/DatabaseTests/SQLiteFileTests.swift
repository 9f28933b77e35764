import Database
import Glibc
import SQLiteDriver
import TestFixtures
import Testing

@Suite("SQLite: the file")
struct SQLiteFileTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("store.sqlite")
    }

    /// A migrated store with one attempt, which tells stores apart.
    private func makeStore(_ name: String, subject: String) throws -> String {
        let path = directory.file(name)
        try SQLiteDatabase.createFile(at: path)
        let database = SQLiteDatabase(path: path)
        try Migrator().migrate(database, at: 0)
        try database.execute("INSERT INTO attempts VALUES ($1, 0, 0, 0)", [.text(subject)])
        return path
    }

    private func subject(in database: SQLiteDatabase) throws -> String? {
        try database.query("SELECT subject FROM attempts").first?.text("subject")
    }

    private func openStore() -> SQLiteDatabase {
        SQLiteDatabase(path: path) { (opened) throws(StoreError) in try Migrator().requireCurrent(opened) }
    }

    @Test("a missing file is unavailable and is not made by using it")
    func missing() {
        let database = SQLiteDatabase(path: path)
        #expect(throws: StoreError.unavailable("the file is missing")) { try database.query("SELECT 1") }
        #expect(throws: StoreError.unavailable("the file is missing")) {
            try SQLiteDatabase(path: directory.file("none/store.sqlite")).query("SELECT 1")
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("a file is made once; it, its log and its index are for owner and group, whatever the umask")
    func creation() throws {
        let mask = umask(0o077)
        defer { umask(mask) }
        #expect(try SQLiteDatabase.createFile(at: path))
        #expect(try !SQLiteDatabase.createFile(at: path))
        let database = SQLiteDatabase(path: path)
        try database.execute("CREATE TABLE things (id TEXT)")
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(stat(path + suffix, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o660)
        }
    }

    @Test("a file that can't be made is unavailable")
    func creationRefused() {
        #expect(throws: StoreError.self) { try SQLiteDatabase.createFile(at: directory.file("none/store.sqlite")) }
    }

    @Test("a store deleted at run time is unavailable, not made anew, and good again when it is back")
    func deletedAndBack() throws {
        _ = try makeStore("store.sqlite", subject: "kept")
        let database = openStore()
        #expect(try subject(in: database) == "kept")
        #expect(rename(path, path + ".away") == 0)
        for _ in 0..<2 {
            #expect(throws: StoreError.unavailable("the file is missing")) { try subject(in: database) }
        }
        #expect(access(path, F_OK) != 0)
        #expect(rename(path + ".away", path) == 0)
        #expect(try subject(in: database) == "kept")
    }

    @Test("what was refused while the store was away is not in it when it is back")
    func nothingWrittenMeanwhile() throws {
        _ = try makeStore("store.sqlite", subject: "kept")
        let database = openStore()
        #expect(try subject(in: database) == "kept")
        #expect(rename(path, path + ".away") == 0)
        #expect(throws: StoreError.self) { try database.execute("DELETE FROM attempts") }
        #expect(rename(path + ".away", path) == 0)
        #expect(try subject(in: database) == "kept")
    }

    @Test("a write-ahead log that was deleted takes nothing that is then acknowledged")
    func logDeleted() throws {
        let path = try makeStore("store.sqlite", subject: "before")
        let database = openStore()
        _ = try subject(in: database)
        unlink(path + "-wal")
        #expect(throws: StoreError.unavailable("the file is missing")) {
            try database.execute("INSERT INTO attempts VALUES ('lost', 0, 0, 0)")
        }
    }

    @Test("a store replaced at run time is noticed before anything is read, and then read")
    func replaced() throws {
        _ = try makeStore("store.sqlite", subject: "old")
        let database = openStore()
        #expect(try subject(in: database) == "old")
        let other = try makeStore("other.sqlite", subject: "new")
        unlink(path + "-wal")
        unlink(path + "-shm")
        #expect(rename(other, path) == 0)
        #expect(throws: StoreError.unavailable("the file was replaced")) { try subject(in: database) }
        #expect(try subject(in: database) == "new")
    }

    @Test("an empty file in the store's place is unavailable until a store is there")
    func emptyInItsPlace() throws {
        let away = try makeStore("away.sqlite", subject: "kept")
        try SQLiteDatabase.createFile(at: path)
        let database = openStore()
        for _ in 0..<2 { #expect(throws: StoreError.self) { try subject(in: database) } }
        unlink(path)
        unlink(path + "-wal")
        unlink(path + "-shm")
        #expect(rename(away, path) == 0)
        #expect(throws: Never.self) { try subject(in: database) }
    }

    @Test("what is not a database is unavailable", arguments: [1, 15, 100, 4096, 20_000])
    func garbage(_ size: Int) throws {
        let file = try #require(fopen(path, "w"))
        for byte in 0..<size { putc(Int32(byte * 7 % 251), file) }
        fclose(file)
        #expect {
            try SQLiteDatabase(path: path).query("SELECT version FROM schema_migrations")
        } throws: { error in
            guard case StoreError.unavailable = error else { return false }
            return true
        }
    }

    @Test("a directory of the store's name is unavailable")
    func directoryInItsPlace() {
        #expect(throws: StoreError.unavailable("not a regular file")) {
            try SQLiteDatabase(path: directory.path).query("SELECT 1")
        }
    }

    @Test(
        "a connection is set for safety",
        arguments: [
            ("journal_mode", SQLValue.text("wal")), ("synchronous", .integer(2)), ("foreign_keys", .integer(1)),
            ("trusted_schema", .integer(0)), ("cell_size_check", .integer(1)), ("temp_store", .integer(2)),
        ])
    func settings(_ name: String, _ value: SQLValue) throws {
        try SQLiteDatabase.createFile(at: path)
        let row = try #require(try SQLiteDatabase(path: path).query("PRAGMA \(name)").first)
        #expect(try row.value(name) == value)
    }
}
