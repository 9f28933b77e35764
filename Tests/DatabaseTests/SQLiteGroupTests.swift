import Foundation
import SQLiteDriver
import Synchronization
import TestFixtures
import Testing

@testable import Database

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

    /// Two members of one transaction in a store that can't grow: one that inserts "a", and behind it, in the
    /// same group, one that inserts these.
    /// - Returns: what each was told.
    private func twoMembers(second ids: [String]) throws -> (first: StoreError?, second: StoreError?) {
        let connection = SQLiteDatabase(path: path)
        let pages = try #require(try connection.query("PRAGMA page_count").first).integer("page_count")
        _ = try connection.query("PRAGMA max_page_count = \(pages)")
        let (path, commits, second) = (path, GroupCommit(connection), DispatchGroup())
        let told = Mutex<StoreError?>(nil)
        let first = GroupedDatabase(reads: SQLiteDatabase(path: path), commits: commits)
        var error: StoreError?
        do throws(StoreError) {
            try first.transaction { () throws(StoreError) in
                try insert("a", in: first)
                second.enter()
                Thread.detachNewThread {
                    let database = GroupedDatabase(reads: SQLiteDatabase(path: path), commits: commits)
                    let rows = ids.indices.map { "($\($0 + 1))" }.joined(separator: ", ")
                    do throws(StoreError) {
                        try database.execute("INSERT INTO things (id) VALUES \(rows)", ids.map(SQLValue.text))
                    } catch {
                        told.withLock { $0 = error }
                    }
                    second.leave()
                }
                #expect(eventually { commits.waiting == 1 })
            }
        } catch let thrown {
            error = thrown
        }
        second.wait()
        return (error, told.withLock { $0 })
    }

    @Test("where SQLite ends the transaction for one member's statement, its neighbour is told")
    func neighbourTold() throws {
        let told = try twoMembers(second: [String(repeating: "x", count: 100_000)])
        #expect(told.first == .unavailable("disk full"))
        #expect(told.second == .unavailable("disk full"))
        #expect(try count() == 0)
    }

    @Test("where SQLite undoes only the statement, of several rows, its neighbour's work is kept")
    func neighbourKept() throws {
        let told = try twoMembers(second: ["b", String(repeating: "x", count: 100_000)])
        #expect(told.first == nil)
        #expect(told.second == .unavailable("disk full"))
        #expect(try SQLiteDatabase(path: path).query("SELECT id FROM things").map { try $0.text("id") } == ["a"])
    }

    @Test("an attempt keeps no error to itself with which the transaction ended")
    func attemptLosesAll() throws {
        let database = SQLiteDatabase(path: path)
        let pages = try #require(try database.query("PRAGMA page_count").first).integer("page_count")
        _ = try database.query("PRAGMA max_page_count = \(pages)")
        #expect(throws: StoreError.unavailable("the transaction was rolled back")) {
            try database.transaction { () throws(StoreError) in
                try insert("a", in: database)
                try database.attempt { () throws(StoreError) in
                    try insert(String(repeating: "x", count: 100_000), in: database)
                }
            }
        }
        #expect(try count() == 0)
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
