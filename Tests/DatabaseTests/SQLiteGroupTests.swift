import Database
import Glibc
import SQLiteDriver
import TestFixtures
import Testing

@Suite("SQLite: group commit")
struct SQLiteGroupTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("store.sqlite")
        try SQLiteDatabase.createFile(at: path)
        try SQLiteDatabase(path: path).execute("CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY)")
    }

    private func insert(_ id: String, in database: any Database) throws(StoreError) {
        try database.execute("INSERT INTO things (id) VALUES ($1)", [.text(id)])
    }

    private func count() throws -> Int { try SQLiteDatabase(path: path).query("SELECT id FROM things").count }

    @Test("threads and programs that write together lose nothing and keep nothing of what failed")
    func together() throws {
        let path = path
        let programs = (0..<2).map { _ in GroupCommit(SQLiteDatabase(path: path, busyTimeout: .seconds(20))) }
        let results = inParallel(16) { index in
            let database = GroupedDatabase(reads: SQLiteDatabase(path: path), commits: programs[index % 2])
            var acknowledged = 0
            for round in 0..<20 {
                do throws(StoreError) {
                    try database.transaction { () throws(StoreError) in
                        let insert = "INSERT INTO things (id) VALUES ($1)"
                        try database.execute(insert, [.text("\(index)-\(round)")])
                        // In the second half this one is there already.
                        try database.execute(insert, [.text("\(index) \(round % 10)")])
                    }
                    acknowledged += 1
                } catch .constraint {
                    continue
                }
            }
            return acknowledged
        }
        let acknowledged = try results.map { try $0.get() }.reduce(0, +)
        #expect(acknowledged == 160)
        #expect(try count() == 2 * acknowledged)
    }

    @Test("a full disk undoes the group's transaction, and space makes the store good again")
    func diskFull() throws {
        let connection = SQLiteDatabase(path: path)
        let pages = try #require(try connection.query("PRAGMA page_count").first).integer("page_count")
        _ = try connection.query("PRAGMA max_page_count = \(pages)")
        let database = GroupedDatabase(reads: SQLiteDatabase(path: path), commits: GroupCommit(connection))
        #expect(throws: StoreError.unavailable("disk full")) {
            try database.transaction { () throws(StoreError) in
                try insert("a", in: database)
                try insert(String(repeating: "x", count: 100_000), in: database)
            }
        }
        #expect(try count() == 0)
        try database.transaction { () throws(StoreError) in try insert("b", in: database) }
        #expect(try count() == 1)
    }

    @Test("what fails in an attempt is undone by itself, and the transaction goes on")
    func attempt() throws {
        let database = SQLiteDatabase(path: path)
        try database.transaction { () throws(StoreError) in
            try insert("a", in: database)
            try database.attempt { () throws(StoreError) in
                try insert("b", in: database)
                try insert("a", in: database)
            }
            try insert("c", in: database)
        }
        #expect(try database.query("SELECT id FROM things ORDER BY id").map { try $0.text("id") } == ["a", "c"])
    }

    @Test("a write-ahead log that is lost in a program's first transaction takes nothing that is acknowledged")
    func logLost() throws {
        let database = GroupedDatabase(
            reads: SQLiteDatabase(path: path), commits: GroupCommit(SQLiteDatabase(path: path)))
        #expect(throws: StoreError.unavailable("the file is missing")) {
            try database.transaction { () throws(StoreError) in
                try insert("a", in: database)
                unlink(path + "-wal")
            }
        }
    }
}
