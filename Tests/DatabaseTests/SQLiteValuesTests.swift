import Database
import SQLiteDriver
import Testing

@Suite("SQLite: values and statements")
struct SQLiteValuesTests {
    private let database: SQLiteDatabase

    init() throws {
        database = SQLiteDatabase()
        try database.execute("CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY, note TEXT, size BIGINT)")
    }

    @Test(
        "text comes back byte for byte",
        arguments: ["", "plain", "a\u{0}b", "naïve 日本語 🦉", "e\u{301}", "'; DROP TABLE things; --", " pad "])
    func textIsKept(_ text: String) throws {
        try database.execute("INSERT INTO things (id, note) VALUES ($1, $2)", [.text("k"), .text(text)])
        let row = try #require(try database.query("SELECT note FROM things WHERE note = $1", [.text(text)]).first)
        #expect(Array(try row.text("note").utf8) == Array(text.utf8))
    }

    @Test("integers come back whole", arguments: [Int64.min, -1, 0, 1, 1_700_000_000_000, .max])
    func integersAreKept(_ integer: Int64) throws {
        let rows = try database.query("SELECT $1 AS size", [.integer(integer)])
        #expect(try rows.first?.integer("size") == integer)
    }

    @Test("parameters go by their number, in any order and as often as they stand")
    func parametersByNumber() throws {
        let rows = try database.query(
            "SELECT $2 AS second, $1 AS first, $2 AS again, $10 AS tenth", (1...10).map { .integer(Int64($0)) })
        let row = try #require(rows.first)
        #expect(try row.integer("first") == 1)
        #expect(try row.integer("second") == 2)
        #expect(try row.integer("again") == 2)
        #expect(try row.integer("tenth") == 10)
    }

    @Test("a parameter without a value, or without a number, is an error")
    func badParameters() {
        #expect(throws: StoreError.unexpected("no value for parameter 2")) {
            try database.query("SELECT $2", [.null])
        }
        #expect(throws: StoreError.unexpected("a parameter that is not numbered")) {
            try database.query("SELECT ?", [.null])
        }
        #expect(throws: StoreError.unexpected("a parameter that is not numbered")) {
            try database.query("SELECT $name", [.null])
        }
    }

    @Test(
        "what no schema of ours stores is an error, not a guess", arguments: ["x'00ff'", "1.5", "CAST(x'ff' AS TEXT)"])
    func foreignTypes(_ expression: String) {
        #expect(throws: StoreError.self) { try database.query("SELECT \(expression) AS value") }
    }

    @Test("no value of an earlier use is left in a statement")
    func nothingIsLeftBound() throws {
        let sql = "SELECT $1 AS value"
        #expect(try database.query(sql, [.text("secret")]).first?.text("value") == "secret")
        #expect(throws: StoreError.self) { try database.query(sql, []) }
        #expect(try database.query(sql, [.null]).first?.optionalText("value") == nil)
    }

    @Test("execute counts the rows it changed")
    func changes() throws {
        #expect(try database.execute("INSERT INTO things (id) VALUES ('a'), ('b')") == 2)
        #expect(try database.execute("UPDATE things SET size = 1 WHERE id = 'a'") == 1)
        #expect(try database.execute("UPDATE things SET size = 1 WHERE id = 'z'") == 0)
    }

    @Test("a broken rule is a constraint error, and none of its text is a value")
    func constraints() throws {
        try database.execute("INSERT INTO things (id) VALUES ($1)", [.text("secret-value")])
        #expect(throws: StoreError.constraint("primary key")) {
            try database.execute("INSERT INTO things (id) VALUES ($1)", [.text("secret-value")])
        }
        #expect(throws: StoreError.constraint("not null")) {
            try database.execute("INSERT INTO things (id) VALUES ($1)", [.null])
        }
    }

    @Test("rows that reference an account go with it, and can't be without it")
    func foreignKeys() throws {
        try Migrator().migrate(database, at: 0)
        let session = """
            INSERT INTO sessions (id, account_id, generation, created_at, rotated_at, last_used_at, expires_at, ends_at,
                remember, delivery, address, user_agent)
            VALUES ('s', 'a', 0, 0, 0, 0, 0, 0, 0, 'cookie', '', '')
            """
        #expect(throws: StoreError.constraint("foreign key")) { try database.execute(session) }
        try database.execute(
            """
            INSERT INTO accounts (id, username, roles, password_version, epoch, created_at, updated_at)
            VALUES ('a', 'ann', '', 1, 1, 0, 0)
            """)
        try database.execute(session)
        try database.execute("DELETE FROM accounts")
        #expect(try database.query("SELECT id FROM sessions").isEmpty)
    }
}
