import Accounts
import Database
import Glibc
import Identity
import Revocations
import SQLiteDriver
import Sessions
import Synchronization
import Threads

/// How many transactions of the programs' own a store takes in a second, without HTTP around them, for
/// scripts/bench_writes.py:
///
///     commit-probe FILE group|single refresh|signup|logout THREADS SECONDS
///
/// on a migrated store, which it fills. `single` is one connection and one commit for each thread and
/// transaction, as SQLite's users mostly have it. Prints transactions a second, and the median and the 99th
/// percentile of one in microseconds.
@main
enum Main {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 6, let threads = Int(words[4]), let seconds = Double(words[5]),
            let work = Work(rawValue: words[3]), ["group", "single"].contains(words[2])
        else {
            print("usage: commit-probe FILE group|single refresh|signup|logout THREADS SECONDS")
            exit(64)
        }
        let commits =
            words[2] == "group" ? GroupCommit(SQLiteDatabase(path: words[1], busyTimeout: patience, cache: .many)) : nil
        let measured = Measured()
        let (start, end) = (Threads.Semaphore(), Threads.Semaphore())
        for _ in 0..<threads {
            let code = startThread {
                let own = SQLiteDatabase(path: words[1], busyTimeout: patience)
                let worker = Worker(commits.map { GroupedDatabase(reads: own, commits: $0) as any Database } ?? own)
                worker.run(work, for: seconds, start, measured)
                end.signal()
            }
            precondition(code == 0, "no thread")
        }
        for _ in 0..<threads { start.signal() }
        for _ in 0..<threads { end.wait() }
        measured.print(seconds)
    }

    /// Writers that have no turns may wait long for each other.
    private static let patience = Duration.seconds(30)
}

enum Work: String {
    case refresh, signup, logout
}

/// How long each transaction took, in microseconds.
final class Measured: Sendable {
    private let times = Mutex<[Int]>([])

    func add(_ more: [Int]) { times.withLock { $0 += more } }

    func print(_ seconds: Double) {
        let sorted = times.withLock { $0.sorted() }
        guard !sorted.isEmpty else { return Swift.print("0 0 0") }
        let rate = Int(Double(sorted.count) / seconds)
        Swift.print(rate, sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
    }
}

struct Worker {
    private let sessions: SessionStore
    private let ledger: RevocationLedger

    init(_ database: any Database) {
        ledger = RevocationLedger(database, journal: nil, tokenLifetime: .seconds(900))
        let lifetimes = SessionLifetimes(idle: .seconds(86_400), absolute: .seconds(864_000), grace: .seconds(30))
        sessions = SessionStore(database, lifetimes: lifetimes, ledger: ledger)
    }

    func run(_ work: Work, for seconds: Double, _ start: Threads.Semaphore, _ measured: Measured) {
        do {
            var session = try signUp()
            start.wait()
            let clock = ContinuousClock()
            let end = clock.now + .seconds(seconds)
            var times: [Int] = []
            while true {
                // What is logged out must first be there, outside the time that counts.
                if work == .logout { session = try signUp() }
                let began = clock.now
                guard began < end else { break }
                switch work {
                case .refresh:
                    let rotation = try sessions.rotate(session.id, generation: session.generation, at: .now())
                    guard case .rotated(let grant) = rotation else { fatalError("\(rotation)") }
                    session = grant.session
                case .signup: _ = try signUp()
                case .logout: _ = try ledger.endSession(session.id, reason: .logout, at: .now())
                }
                times.append(Int((clock.now - began) / .microseconds(1)))
            }
            measured.add(times)
        } catch {
            fatalError("\(error)")
        }
    }

    private func signUp() throws -> SessionRecord {
        let name = AccountID.make(at: .now()).description
        let grant = try sessions.signUp(
            NewAccount(username: name, skeleton: name, digest: "$probe$"),
            client: ClientDescription(address: "192.0.2.7", userAgent: "commit-probe"), remember: true,
            delivery: .cookie, at: .now())
        guard let grant else { fatalError("the name is taken") }
        return grant.session
    }
}
