import Foundation
import SQLiteDriver
import Synchronization
import TestFixtures
import Testing

@testable import Database

@Suite("Group commit")
struct GroupCommitTests {
    private let gate = Gate()
    private let recording: RecordingDatabase
    private let commits: GroupCommit

    init() {
        recording = RecordingDatabase(onCommit: gate.wait)
        commits = GroupCommit(recording)
    }

    /// What became of each work, as its thread was told.
    private final class Told: Sendable {
        private let answers = Mutex<[String: StoreError?]>([:])

        func tell(_ name: String, _ error: StoreError?) { answers.withLock { $0[name] = .some(error) } }
        var all: [String: StoreError?] { answers.withLock { $0 } }
        var count: Int { all.count }
    }

    /// On a thread of its own: a transaction with one statement, its name, and then perhaps an error.
    private func start(_ name: String, throwing error: StoreError? = nil, _ told: Told) {
        let (commits, recording) = (commits, recording)
        Thread.detachNewThread {
            let database = GroupedDatabase(reads: recording, commits: commits)
            do throws(StoreError) {
                try database.transaction { () throws(StoreError) in
                    try database.execute(name)
                    if let error { throw error }
                }
                told.tell(name, nil)
            } catch {
                told.tell(name, error)
            }
        }
    }

    /// "first" is about to be committed, and these are in line behind it, in this order.
    private func startBehindFirst(_ names: [String], failing: [String: StoreError] = [:], _ told: Told) {
        start("first", told)
        #expect(eventually { gate.hasArrival })
        for (index, name) in names.enumerated() {
            start(name, throwing: failing[name], told)
            #expect(eventually { commits.waiting == index + 1 })
        }
    }

    private let names = ["a", "b", "c", "d", "e"]

    @Test("those who come while a commit is under way share the next, in the order they came")
    func shared() {
        let told = Told()
        startBehindFirst(names, told)
        gate.open()
        #expect(eventually { told.count == 6 })
        let savepoints = names.flatMap { ["SAVEPOINT member", $0, "RELEASE SAVEPOINT member"] }
        #expect(recording.transaction(1) == savepoints + ["COMMIT"])
        #expect(recording.transaction(2) == [])
        #expect(told.all.values.allSatisfy { $0 == nil })
    }

    @Test("nobody is told before what it did is committed")
    func toldAfterwards() {
        let told = Told()
        startBehindFirst(names, told)
        usleep(20_000)
        #expect(told.count == 0)
        #expect(!recording.events.contains("COMMIT"))
        gate.open()
        #expect(eventually { told.count == 6 })
    }

    @Test("work that throws is taken back alone, and its thread alone is told")
    func oneFails() {
        let told = Told()
        startBehindFirst(names, failing: ["c": .constraint("unique")], told)
        gate.open()
        #expect(eventually { told.count == 6 })
        #expect(told.all["c"] == .constraint("unique"))
        #expect(told.all.filter { $0.value == nil }.count == 5)
        let rolledBack = ["SAVEPOINT member", "c", "ROLLBACK TO SAVEPOINT member", "RELEASE SAVEPOINT member"]
        #expect(Array(recording.transaction(1)[6..<10]) == rolledBack)
        #expect(recording.transaction(1).last == "COMMIT")
    }

    @Test("a commit that fails is everybody's failure, but for who had one of their own, and the next one works")
    func commitFails() {
        let told = Told()
        startBehindFirst(names, failing: ["b": .constraint("unique")], told)
        recording.committing.withLock { $0 = .unavailable("disk full") }
        gate.open()
        #expect(eventually { told.count == 6 })
        #expect(told.all["b"] == .constraint("unique"))
        #expect(told.all.filter { $0.value == .unavailable("disk full") }.count == 5)
        recording.committing.withLock { $0 = nil }
        start("later", told)
        #expect(eventually { told.count == 7 })
        #expect(told.all["later"] == .some(nil))
    }

    @Test("a transaction lost for a reason that is one member's own is lost to its neighbour for another")
    func rollbackFails() {
        let told = Told()
        recording.rollingBackTo.withLock { $0 = .unavailable("the transaction was rolled back") }
        startBehindFirst(["a", "b"], failing: ["b": .constraint("unique")], told)
        gate.open()
        #expect(eventually { told.count == 3 })
        #expect(told.all["first"] == .some(nil))
        #expect(told.all["a"] == .unavailable("the transaction was rolled back"))
        #expect(told.all["b"] == .constraint("unique"))
    }

    @Test("where no transaction can be begun all who wait are told at once")
    func beginFails() {
        let told = Told()
        startBehindFirst(names, told)
        recording.beginning.withLock { $0 = .unavailable("busy") }
        gate.open()
        #expect(eventually { told.count == 6 })
        #expect(told.all.filter { $0.value == .unavailable("busy") }.count == 5)
        #expect(recording.transaction(1) == [])
        #expect(recording.transaction(2) == [])
    }

    @Test("where all have failed there is nothing to commit")
    func allFail() {
        let told = Told()
        start("a", throwing: .constraint("unique"), told)
        #expect(eventually { told.count == 1 })
        #expect(recording.events.last == "ROLLBACK")
        #expect(told.all["a"] == .constraint("unique"))
    }

    @Test("one commit is for so many at most")
    func atMost() {
        let told = Told()
        let many = (0..<GroupCommit.mostMembers + 6).map { "\($0)" }
        startBehindFirst(many, told)
        gate.open()
        #expect(eventually { told.count == many.count + 1 })
        #expect(recording.transaction(1).count(where: { $0 == "SAVEPOINT member" }) == GroupCommit.mostMembers)
        #expect(recording.transaction(2).count(where: { $0 == "SAVEPOINT member" }) == 6)
    }

    @Test("a statement outside a transaction is committed, a query reads by itself, and transactions do not nest")
    func alone() throws {
        gate.open()
        let reads = RecordingDatabase()
        let database = GroupedDatabase(reads: reads, commits: commits)
        try database.execute("a")
        #expect(recording.transaction(0).contains("a"))
        _ = try database.query("b")
        #expect(reads.events == ["b"])
        #expect(throws: StoreError.unexpected("transactions do not nest")) {
            try database.transaction { () throws(StoreError) in
                try database.transaction { () throws(StoreError) in }
            }
        }
    }

    @Test("each program's group takes one turn and gives it back, whatever comes of it")
    func turns() throws {
        final class Turns: CommitTurn {
            let events = Mutex<[String]>([])
            func take() { events.withLock { $0.append("take") } }
            func giveBack() { events.withLock { $0.append("give back") } }
        }
        let turns = Turns()
        let recording = RecordingDatabase()
        let database = GroupedDatabase(reads: recording, commits: GroupCommit(recording, turn: turns))
        try database.execute("a")
        recording.committing.withLock { $0 = .unavailable("disk full") }
        #expect(throws: StoreError.self) { try database.execute("b") }
        #expect(turns.events.withLock { $0 } == ["take", "give back", "take", "give back"])
    }
}
