import Database
import SQLiteDriver
import TestFixtures
import Testing

@Suite("What verify-session may read")
struct ReadGrantTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let writer: SQLiteDatabase
    private let reader: SQLiteDatabase

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("store.sqlite")
        try SQLiteDatabase.createFile(at: path)
        writer = SQLiteDatabase(path: path)
        try Migrator().migrate(writer, at: 0)
        try writer.execute(
            """
            INSERT INTO accounts (id, username, email, roles, digest, password_version, epoch, created_at, updated_at)
            VALUES ('a', 'ann', NULL, '', 'secret digest', 1, 1, 0, 0)
            """)
        try writer.execute(
            """
            INSERT INTO sessions (id, account_id, generation, created_at, rotated_at, last_used_at, expires_at,
                ends_at, remember, delivery, address, user_agent)
            VALUES ('s', 'a', 7, 0, 0, 0, 100, 50, 0, 'cookie', '', '')
            """)
        try writer.execute("INSERT INTO access_ids (hash, session_id, expires_at) VALUES ('h', 's', 80)")
        reader = SQLiteDatabase(path: path, reading: Schema.liveAccessGrant, busyTimeout: .zero)
    }

    private func rows() throws -> [Row] {
        try reader.query("SELECT * FROM live_access WHERE hash = $1", [.text("h")])
    }

    @Test("the view shows what it is granted for, with the nearer of both ends")
    func granted() throws {
        let row = try #require(try rows().first)
        #expect(try row.text("session_id") == "s" && row.text("account_id") == "a" && row.text("username") == "ann")
        #expect(try row.integer("expires_at") == 50)
    }

    @Test("what has ended is not shown (N-S3, N-S4)")
    func ended() throws {
        try writer.execute("UPDATE accounts SET disabled_at = 1")
        #expect(try rows().isEmpty)
        try writer.execute("UPDATE accounts SET disabled_at = NULL")
        #expect(try rows().count == 1)
        try writer.execute("UPDATE sessions SET revoked_at = 1")
        #expect(try rows().isEmpty)
        try writer.execute("DELETE FROM accounts")
        #expect(try writer.query("SELECT hash FROM access_ids").isEmpty)
    }

    static let forbidden = [
        "SELECT digest FROM accounts",
        "SELECT username FROM accounts",
        "SELECT COUNT(*) AS n FROM accounts",
        "SELECT generation FROM sessions",
        "SELECT hash FROM access_ids",
        "SELECT rowid FROM access_ids",
        "SELECT subject FROM attempts",
        "SELECT subject FROM revocations",
        "SELECT version FROM schema_migrations",
        "SELECT sql FROM sqlite_master",
        "SELECT live_access.hash FROM live_access JOIN accounts ON accounts.digest LIKE '$argon2%'",
        "SELECT hash FROM live_access WHERE hash IN (SELECT digest FROM accounts)",
        "WITH live_access AS (SELECT digest FROM accounts) SELECT * FROM live_access",
        "WITH live_access AS (SELECT generation FROM sessions) SELECT * FROM live_access",
        "SELECT load_extension('x')",
        "SELECT hash || hex(randomblob(4)) AS x FROM live_access",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n LIMIT 1",
        "INSERT INTO access_ids (hash, session_id, expires_at) VALUES ('x', 's', 99)",
        "UPDATE sessions SET revoked_at = NULL",
        "UPDATE accounts SET roles = 'admin'",
        "DELETE FROM access_ids",
        "DROP VIEW live_access",
        "CREATE TABLE mine (id TEXT)",
        "CREATE TEMP TABLE mine (id TEXT)",
        "CREATE TEMP VIEW live_access AS SELECT digest FROM accounts",
        "PRAGMA query_only = OFF",
        "PRAGMA user_version = 7",
        "PRAGMA table_info(accounts)",
        "ATTACH ':memory:' AS other",
        "VACUUM",
        "ANALYZE",
        "REINDEX",
        "BEGIN IMMEDIATE",
        "SAVEPOINT mine",
    ]

    @Test("every other statement is refused before it runs", arguments: forbidden)
    func refused(_ sql: String) throws {
        #expect(throws: StoreError.self) { try reader.query(sql) }
        #expect(try rows().count == 1)
    }

    @Test("it opens no transaction, and never makes a file")
    func changesNothing() throws {
        #expect(throws: StoreError.self) { try reader.transaction { () throws(StoreError) in } }
        let missing = SQLiteDatabase(
            path: directory.file("none.sqlite"), reading: Schema.liveAccessGrant, busyTimeout: .zero)
        #expect(throws: StoreError.unavailable("the file is missing")) {
            try missing.query("SELECT hash FROM live_access")
        }
        #expect(throws: StoreError.self) { try SQLiteDatabase(path: directory.file("none.sqlite")).query("SELECT 1") }
    }

    @Test("a store without the view is unavailable")
    func olderStore() throws {
        let older = directory.file("older.sqlite")
        try SQLiteDatabase.createFile(at: older)
        try Migrator([Schema.migrations[0]]).migrate(SQLiteDatabase(path: older), at: 0)
        let reader = SQLiteDatabase(path: older, reading: Schema.liveAccessGrant, busyTimeout: .zero)
        #expect { try reader.query("SELECT hash FROM live_access") } throws: {
            if case .unavailable = $0 as? StoreError { true } else { false }
        }
    }

    @Test("it sees each commit at once, and goes on while another writes")
    func freshness() throws {
        #expect(try rows().count == 1)
        try writer.transaction { () throws(StoreError) in
            try writer.execute("UPDATE sessions SET revoked_at = 1")
            #expect((try? rows().count) == 1)
        }
        #expect(try rows().isEmpty)
    }
}
