import Database
import Identity
import SQLiteDriver
import TestFixtures
import Testing

@testable import Throttling

let start = Timestamp(seconds: 1_800_000_000)
private let ann = AccountID.make(at: start)

/// A store file, and as many connections to it as a test wants.
final class World: Sendable {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try SQLiteDatabase.createFile(at: directory.file("store.sqlite"))
        try Migrator().migrate(database(), at: start.milliseconds)
    }

    func database() -> SQLiteDatabase {
        SQLiteDatabase(path: directory.file("store.sqlite"), busyTimeout: .seconds(20))
    }

    /// As another process would have it.
    func attempts() -> AttemptStore { AttemptStore(database()) }
}

@Suite("Attempts")
struct AttemptStoreTests {
    private let world: World
    private let attempts: AttemptStore
    private let limits = AttemptLimits(allowed: 5)

    init() throws {
        world = try World()
        attempts = world.attempts()
    }

    private func login(_ name: String, from network: String = "192.0.2.7") -> AttemptSubjects {
        limits.login(name, from: network)
    }

    @discardableResult
    private func begin(_ subjects: AttemptSubjects, at now: Timestamp = start) throws -> AttemptStore.Attempt {
        guard case .allowed(let attempt) = try attempts.begin(subjects, at: now) else { throw Blocked() }
        return attempt
    }

    private struct Blocked: Error {}

    private func wait(_ subjects: AttemptSubjects, at now: Timestamp = start) throws -> Int {
        if case .blocked(let seconds) = try attempts.begin(subjects, at: now) { seconds } else { 0 }
    }

    @Test("so many failures are let through, and then each wait is twice the last, to 15 minutes (N-R1)")
    func growingDelay() throws {
        for _ in 0..<5 { try begin(login("ann")) }
        var time = start
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            #expect(try wait(login("ann"), at: time) == expected)
            #expect(try wait(login("ann"), at: time + .seconds(expected) - .milliseconds(1)) == 1)
            time = time + .seconds(expected)
            try begin(login("ann"), at: time)
        }
    }

    @Test("attempts while blocked do not make the wait longer, nor write")
    func blockedIsNotCounted() throws {
        for _ in 0..<5 { try begin(login("ann")) }
        let before = try rows()
        for number in 0..<20 { #expect(try wait(login("ann", from: "198.51.100.\(number)")) == 1) }
        #expect(try rows() == before)
        try begin(login("ann"), at: start + .seconds(1))
    }

    private func rows() throws -> [String] {
        try world.database().query("SELECT * FROM attempts ORDER BY subject").map {
            "\(try $0.text("subject")) \(try $0.integer("failures")) \(try $0.integer("forgotten_at"))"
        }
    }

    @Test("a success forgets the account's failures, and takes back only itself from the network's")
    func success() throws {
        for _ in 0..<4 { try begin(login("ann")) }
        try attempts.succeeded(begin(login("ann")))
        for _ in 0..<5 { try begin(login("ann")) }
        #expect(try wait(login("ann")) == 1)
        // 9 failures of the network are left: 491 more are free.
        for number in 0..<490 { try begin(login("\(number)")) }
        try attempts.succeeded(begin(login("490")))
        try begin(login("491"))
        #expect(try wait(login("492")) == 1)
        #expect(try wait(login("492", from: "192.0.2.8")) == 0)
    }

    @Test("an account at its limit does not count for the network")
    func refusedByOneCountsForNone() throws {
        for _ in 0..<5 { try begin(login("ann")) }
        for _ in 0..<1000 { #expect(try wait(login("ann")) > 0) }
        for number in 0..<495 { try begin(login("\(number)")) }
        #expect(try wait(login("x")) == 1)
        // Nor the other way round.
        for _ in 0..<10 { #expect(try wait(login("bob")) == 1) }
        for _ in 0..<5 { try begin(login("bob", from: "192.0.2.8")) }
    }

    @Test("networks forget one failure in ten seconds")
    func networkForgets() throws {
        for number in 0..<500 { try begin(login("\(number)")) }
        #expect(try wait(limits.login(from: "192.0.2.7")) == 1)
        for turn in 1...20 { try begin(limits.login(from: "192.0.2.7"), at: start + .seconds(20 + turn * 10)) }
    }

    @Test("names are counted apart, known and unknown alike, and never stored")
    func apart() throws {
        for name in ["ann", "nobody"] {
            for _ in 0..<5 { try begin(login(name)) }
            #expect(try wait(login(name)) == 1)
        }
        try begin(login("bob"))
        #expect(try rows().allSatisfy { !$0.contains("ann") && !$0.contains("nobody") })
    }

    @Test("an attempt whose password was never looked at is taken back, with its delay")
    func withdrawn() throws {
        for _ in 0..<4 { try begin(login("ann")) }
        for _ in 0..<10 { try attempts.withdraw(begin(login("ann"))) }
        try begin(login("ann"))
        #expect(try wait(login("ann")) == 1)
        for _ in 0..<1000 { try attempts.withdraw(begin(limits.signup(from: "192.0.2.7"))) }
    }

    @Test("of 50 guesses at once no more than allowed are let through")
    func parallel() throws {
        let (world, subjects) = (world, login("ann"))
        let decisions = try inParallel(50) { _ in try world.attempts().begin(subjects, at: start) }
            .map { try $0.get() }
        #expect(decisions.count { if case .allowed = $0 { true } else { false } } == 5)
    }

    @Test("another process, and one started later, counts on from there")
    func shared() throws {
        for _ in 0..<5 { try begin(login("ann")) }
        #expect(try world.attempts().begin(login("ann"), at: start) == .blocked(retryAfter: 1))
    }

    @Test("strangers can't keep the owner out of a browser that is known (N-R2)")
    func device() throws {
        let own = limits.login("ann", of: ann, onDevice: .make(at: start))
        for number in 0..<500 { _ = try attempts.begin(login("\(number % 400)"), at: start) }
        for _ in 0..<5 { _ = try attempts.begin(login("ann", from: "192.0.2.8"), at: start) }
        #expect(try wait(login("ann", from: "192.0.2.9")) == 1)
        let attempt = try begin(own)
        #expect(try wait(login("ann", from: "192.0.2.9")) == 1)
        // The owner's success is a success of the account.
        try attempts.succeeded(attempt)
        try begin(login("ann", from: "192.0.2.9"))
    }

    @Test("a known browser is limited as well, and so are many of them together")
    func deviceIsLimited() throws {
        let own = limits.login("ann", of: ann, onDevice: .make(at: start))
        for _ in 0..<5 { try begin(own) }
        #expect(try wait(own) == 1)
        for _ in 0..<95 { try begin(limits.login("ann", of: ann, onDevice: .make(at: start))) }
        #expect(try wait(limits.login("ann", of: ann, onDevice: .make(at: start))) == 1)
        try begin(login("ann"))
    }

    @Test("password changes are counted apart from logins")
    func passwordChange() throws {
        for _ in 0..<6 { _ = try attempts.begin(login("ann"), at: start) }
        for _ in 0..<5 { try begin(limits.passwordChange(of: ann, from: "192.0.2.7")) }
        #expect(try wait(limits.passwordChange(of: ann, from: "192.0.2.8")) == 1)
    }

    @Test("an account's failures are forgotten a day after the last one, and rows go, 16 at a time")
    func forgotten() throws {
        for number in 0..<40 { try begin(login("\(number)")) }
        for _ in 0..<5 { try begin(login("ann")) }
        let later = start + .seconds(86_401)
        for _ in 0..<5 { try begin(login("ann"), at: later) }
        #expect(try wait(login("ann"), at: later) == 1)
        #expect(try rows().count == 2)
    }
}
