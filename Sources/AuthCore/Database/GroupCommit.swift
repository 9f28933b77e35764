import Synchronization
import Threads

/// Whose turn it is to write, among the programs that share a store.
public protocol CommitTurn: Sendable {
    /// Returns when it is this program's turn, or when to wait longer would only do harm.
    func take()
    /// Leaves it to whoever is next.
    func giveBack()
}

/// Commits the transactions of many threads together: what costs is not the rows but the wait for
/// the disk, and one wait serves all who stand in line.
///
/// The first thread in line leads: it runs everybody's work on the one connection, each under a
/// savepoint of its own, commits once, and wakes the others. Who comes meanwhile is the next group, so a
/// group is what gathered while the last was on its way to the disk; nobody waits for a timer. Work
/// that throws is taken back alone. Where the transaction itself is lost, by a full disk or a failed
/// commit, all of the group are told so and nothing of it was kept.
///
/// `@unchecked Sendable`: only the leader uses `database`, there is one at a time, and leading is handed on
/// under the mutex.
public final class GroupCommit: @unchecked Sendable {
    /// Most that one commit is for: programs that wait for their turn wait no longer than that takes.
    static let mostMembers = 64

    private struct State {
        var waiting: [Member] = []
        var isLed = false
    }

    private let database: any Database
    private let turn: (any CommitTurn)?
    private let state = Mutex(State())

    /// - Parameter database: used by nobody else.
    public init(_ database: sending any Database, turn: (any CommitTurn)? = nil) {
        self.database = database
        self.turn = turn
    }

    /// Returns when what `work` did is on disk; when it throws, nothing of it is kept. `work` may run on
    /// another thread, while this one waits.
    func run(_ work: @escaping (any Database) throws(StoreError) -> Void) throws(StoreError) {
        let member = Member(work)
        if !enter(member) { member.woken.wait() }
        if !member.isSettled { lead() }
        if let error = member.error { throw error }
    }

    /// How many are in line, those whose commit is under way left out: for tests.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// True for who is to lead.
    private func enter(_ member: Member) -> Bool {
        state.withLock { state in
            state.waiting.append(member)
            defer { state.isLed = true }
            return !state.isLed
        }
    }

    /// The leader is the first in line, and so of the group.
    private func lead() {
        turn?.take()
        let members = commit()
        turn?.giveBack()
        // The next group is on its way before anybody of this one answers.
        let successor = state.withLock { state in
            state.isLed = !state.waiting.isEmpty
            return state.waiting.first
        }
        successor?.woken.signal()
        for member in members { member.settle() }
    }

    private func commit() -> [Member] {
        var members = take(Self.mostMembers)
        do throws(StoreError) {
            try database.transaction { () throws(StoreError) in
                var next = 0
                while next < members.count {
                    try run(members[next])
                    next += 1
                    if next == members.count { members += take(Self.mostMembers - next) }
                }
                guard members.contains(where: { $0.error == nil }) else { throw Self.nothingToKeep }
            }
        } catch {
            for member in members where member.error == nil { member.error = error }
        }
        return members
    }

    private func take(_ most: Int) -> [Member] {
        state.withLock { state in
            let taken = Array(state.waiting.prefix(most))
            state.waiting.removeFirst(taken.count)
            return taken
        }
    }

    /// - Throws: when the transaction is lost to all.
    private func run(_ member: Member) throws(StoreError) {
        try database.execute("SAVEPOINT member")
        do throws(StoreError) {
            try member.run(database)
        } catch {
            member.error = error
            do throws(StoreError) {
                try database.execute("ROLLBACK TO SAVEPOINT member")
            } catch let lost {
                // Mostly the database has ended the transaction by itself, for the member's reason. A reason that
                // is the member's own business is none for the others.
                if case .unavailable = error { throw error }
                throw lost
            }
        }
        try database.execute("RELEASE SAVEPOINT member")
    }

    /// Ends a transaction whose members have all failed, each for a reason of its own.
    private static let nothingToKeep = StoreError.unavailable("nothing to commit")

    /// One thread's work in a group.
    ///
    /// `@unchecked Sendable`: the leader alone uses it until it signals, and who waits for that signal
    /// alone afterwards.
    private final class Member: @unchecked Sendable {
        /// Nil when it will not be run any more: it must not outlive the call that it came with.
        private var work: ((any Database) throws(StoreError) -> Void)?
        let woken = Semaphore()
        var error: StoreError?
        private(set) var isSettled = false

        init(_ work: @escaping (any Database) throws(StoreError) -> Void) { self.work = work }

        func run(_ database: any Database) throws(StoreError) { try work?(database) }

        func settle() {
            work = nil
            isSettled = true
            woken.signal()
        }
    }
}
