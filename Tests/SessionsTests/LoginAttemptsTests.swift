import Accounts
import Database
import Identity
import SQLiteDriver
import Sessions
import TestFixtures
import Testing

@Suite("Login attempts")
struct LoginAttemptsTests {
    private let world: World
    private let worker: Worker
    private var attempts: LoginAttempts { worker.attempts }

    init() throws {
        world = try World()
        worker = world.worker(allowedAttempts: 5)
    }

    /// Fails `count` times in a row at one moment; all must be let through.
    private func fail(_ name: String, _ count: Int, at now: Timestamp = start) throws {
        for _ in 0..<count {
            guard case .allowed = try attempts.begin(name, at: now) else {
                Issue.record("blocked")
                return
            }
        }
    }

    private func wait(_ name: String, at now: Timestamp) throws -> Int {
        if case .blocked(let seconds) = try attempts.begin(name, at: now) { seconds } else { 0 }
    }

    @Test("so many failures are let through, and then each wait is twice the last, to 15 minutes")
    func growingDelay() throws {
        try fail("ann", 5)
        var time = start
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            #expect(try wait("ann", at: time) == expected)
            #expect(try wait("ann", at: time + .seconds(expected) - .milliseconds(1)) == 1)
            time = time + .seconds(expected)
            try fail("ann", 1, at: time)
        }
    }

    @Test("attempts while blocked do not make the wait longer")
    func blockedIsNotCounted() throws {
        try fail("ann", 5)
        for _ in 0..<20 { #expect(try wait("ann", at: start) == 1) }
        try fail("ann", 1, at: start + .seconds(1))
    }

    @Test("a success forgets the failures")
    func success() throws {
        try fail("ann", 4)
        guard case .allowed(let attempt) = try attempts.begin("ann", at: start) else {
            Issue.record("blocked")
            return
        }
        try attempts.succeeded(attempt)
        try fail("ann", 5)
    }

    @Test("names are counted apart, known and unknown alike")
    func apart() throws {
        _ = try worker.signUp("ann")
        for name in ["ann", "nobody"] {
            try fail(name, 5)
            #expect(try wait(name, at: start) == 1)
        }
        try fail("bob", 5)
    }

    @Test("an attempt whose password was never looked at is taken back")
    func withdrawn() throws {
        try fail("ann", 4)
        for _ in 0..<10 {
            guard case .allowed(let attempt) = try attempts.begin("ann", at: start) else {
                Issue.record("blocked")
                return
            }
            try attempts.withdraw(attempt)
        }
        try fail("ann", 1)
        #expect(try wait("ann", at: start) == 1)
    }

    @Test("of 50 guesses at once no more than allowed are let through")
    func parallel() throws {
        let world = world
        let decisions = try inParallel(50) { _ in
            try world.worker(allowedAttempts: 5).attempts.begin("ann", at: start)
        }.map { try $0.get() }
        #expect(decisions.count { if case .allowed = $0 { true } else { false } } == 5)
    }

    @Test("strangers can't keep the owner out from where the owner is known")
    func ownersAddress() throws {
        _ = try worker.signUp("ann")
        try fail("ann", 5)
        #expect(try wait("ann", at: start) == 1)
        guard case .allowed(let attempt) = try attempts.begin("ann", from: browser.address, at: start) else {
            Issue.record("blocked")
            return
        }
        try attempts.succeeded(attempt)
        #expect(try wait("ann", at: start) == 1)
        guard case .blocked = try attempts.begin("ann", from: "198.51.100.9", at: start) else {
            Issue.record("not blocked")
            return
        }
    }

    @Test("guesses from the owner's address are limited as well")
    func ownersAddressIsLimited() throws {
        _ = try worker.signUp("ann")
        for number in 1...6 {
            let decision = try attempts.begin("ann", from: browser.address, at: start)
            if case .allowed = decision { #expect(number <= 5) } else { #expect(number == 6) }
        }
    }

    @Test("failures are forgotten a day after the last one")
    func forgotten() throws {
        try fail("ann", 5)
        try fail("bob", 1, at: start + .seconds(86_401))
        try fail("ann", 5, at: start + .seconds(86_401))
    }
}
