import Database
import Glibc
import SQLiteDriver
import TestFixtures
import Testing

@Suite("SQLite: transactions")
struct SQLiteTransactionTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let database: SQLiteDatabase

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("store.sqlite")
        try SQLiteDatabase.createFile(at: path)
        database = SQLiteDatabase(path: path)
        try database.execute("CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY)")
    }

    private func insert(_ id: String, in database: SQLiteDatabase) throws(StoreError) {
        try database.execute("INSERT INTO things (id) VALUES ($1)", [.text(id)])
    }

    private func count(in database: SQLiteDatabase) throws -> Int {
        try database.query("SELECT id FROM things").count
    }

    @Test("what was committed is there for another connection")
    func committed() throws {
        try database.transaction { () throws(StoreError) in
            try insert("a", in: database)
            try insert("b", in: database)
        }
        #expect(try count(in: SQLiteDatabase(path: path)) == 2)
    }

    @Test("a body that throws leaves nothing, and the next transaction works")
    func rolledBack() throws {
        #expect(throws: StoreError.constraint("test")) {
            try database.transaction { () throws(StoreError) in
                try insert("a", in: database)
                throw .constraint("test")
            }
        }
        #expect(try count(in: database) == 0)
        try database.transaction { () throws(StoreError) in try insert("a", in: database) }
        #expect(try count(in: database) == 1)
    }

    @Test("transactions do not nest")
    func nested() throws {
        #expect(throws: StoreError.unexpected("transactions do not nest")) {
            try database.transaction { () throws(StoreError) in
                try database.transaction { () throws(StoreError) in try insert("a", in: database) }
            }
        }
        #expect(try count(in: database) == 0)
    }

    @Test("a writer waits for another no longer than the timeout, and then the store is unavailable")
    func busy() throws {
        let other = SQLiteDatabase(path: path, busyTimeout: .milliseconds(50))
        try database.transaction { () throws(StoreError) in
            try insert("a", in: database)
            #expect(throws: StoreError.unavailable("busy")) { try insert("b", in: other) }
            #expect(throws: StoreError.unavailable("busy")) {
                try other.transaction { () throws(StoreError) in }
            }
            #expect(throws: Never.self) { try other.query("SELECT id FROM things") }
        }
        #expect(throws: Never.self) { try insert("b", in: other) }
    }

    @Test("writers on many threads all get their turn")
    func manyWriters() throws {
        let path = path
        let results = inParallel(20) { index in
            let database = SQLiteDatabase(path: path)
            for round in 0..<5 {
                try database.transaction { () throws(StoreError) in
                    let id = SQLValue.text("\(index)-\(round)")
                    try database.execute("INSERT INTO things (id) VALUES ($1)", [id])
                }
            }
        }
        for result in results { #expect(throws: Never.self) { try result.get() } }
        #expect(try count(in: database) == 100)
    }

    @Test("a full disk undoes the transaction, and space makes the store good again")
    func diskFull() throws {
        let pages = try #require(try database.query("PRAGMA page_count").first).integer("page_count")
        _ = try database.query("PRAGMA max_page_count = \(pages)")
        let long = SQLValue.text(String(repeating: "x", count: 100_000))
        #expect(throws: StoreError.unavailable("disk full")) {
            try database.transaction { () throws(StoreError) in
                try insert("a", in: database)
                try database.execute("INSERT INTO things (id) VALUES ($1)", [long])
            }
        }
        #expect(try count(in: database) == 0)
        _ = try database.query("PRAGMA max_page_count = 1000000")
        #expect(try database.execute("INSERT INTO things (id) VALUES ($1)", [long]) == 1)
    }

    @Test("statements after one that ended the transaction are not run outside it")
    func nothingOutside() throws {
        #expect(throws: StoreError.unavailable("the transaction was rolled back")) {
            try database.transaction { () throws(StoreError) in
                _ = try? database.execute("ROLLBACK")
                try insert("a", in: database)
            }
        }
        #expect(try count(in: database) == 0)
    }

    @Test("a commit into a file that has lost its name is not acknowledged")
    func deletedMeanwhile() throws {
        #expect(throws: StoreError.unavailable("the file is missing")) {
            try database.transaction { () throws(StoreError) in
                try insert("a", in: database)
                unlink(path)
            }
        }
    }
}
