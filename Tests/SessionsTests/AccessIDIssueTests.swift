import AccessIDs
import Accounts
import Database
import Identity
import Sessions
import Testing

@Suite("Access ids of sessions")
struct AccessIDIssueTests {
    private let world: World
    private let worker: Worker
    private let sessions: SessionStore
    private let lookup: AccessLookup

    init() throws {
        world = try World()
        worker = world.worker()
        var lifetimes = lifetimes
        lifetimes.accessID = tokenLifetime
        sessions = SessionStore(worker.database, lifetimes: lifetimes, ledger: worker.ledger)
        lookup = AccessLookup(worker.database)
    }

    private func signUp(_ name: String = "ann", at now: Timestamp = start) throws -> Grant {
        try #require(
            try sessions.signUp(
                NewAccount(username: name, email: "ann@example.org", digest: "$d$"), client: browser,
                remember: false, delivery: .cookie, at: now))
    }

    private func refresh(_ grant: Grant, generation: UInt32? = nil, at now: Timestamp) throws -> Grant {
        switch try sessions.rotate(grant.session.id, generation: generation ?? grant.session.generation, at: now) {
        case .rotated(let next), .repeated(let next): return next
        default: throw Worker.Refused()
        }
    }

    private func found(_ grant: Grant) throws -> LiveAccess? { try lookup.find(#require(grant.accessID)) }

    private func count() throws -> Int { try worker.database.query("SELECT hash FROM access_ids").count }

    @Test("an id stands for its session and account until its own end")
    func standsFor() throws {
        let ann = try signUp()
        let access = try #require(try found(ann))
        #expect(access.identity == ann.identity && access.expiresAt == start + tokenLifetime)
        #expect(try lookup.find(.make()) == nil)
    }

    @Test("no id is issued or kept where access tokens are JWTs")
    func jwt() throws {
        let ann = try worker.signUp("ann")
        #expect(try ann.accessID == nil && worker.rotated(ann, at: start).accessID == nil && count() == 0)
    }

    @Test("an id never outlives its session")
    func sessionEnd() throws {
        let ann = try signUp()
        let late = ann.session.endsAt - .seconds(60)
        let next = try refresh(ann, at: late)
        #expect(try #require(try found(next)).expiresAt == late + tokenLifetime)
        let last = next.session.expiresAt - .seconds(60)
        var grant = next
        while grant.session.endsAt < next.session.expiresAt {
            grant = try refresh(grant, at: grant.session.endsAt - .seconds(1))
        }
        grant = try refresh(grant, at: last)
        #expect(try #require(try found(grant)).expiresAt == next.session.expiresAt)
    }

    @Test("a rotation issues another, and those before it stay good: for other tabs")
    func tabs() throws {
        let ann = try signUp()
        let next = try refresh(ann, at: start + .seconds(1))
        let again = try refresh(ann, generation: 0, at: start + .seconds(2))
        #expect(Set([ann, next, again].map { $0.accessID?.hash }).count == 3)
        for grant in [ann, next, again] { #expect(try found(grant)?.identity == ann.identity) }
    }

    @Test("a session has so many ids at most; the oldest go first, and another session's stay")
    func bound() throws {
        let (ann, bob) = (try signUp(), try signUp("bob"))
        let next = try refresh(ann, at: start + .seconds(1))
        var issued = [ann, next]
        for number in 0..<100 {
            issued.append(try refresh(ann, generation: 0, at: start + .milliseconds(1000 + Int64(number))))
        }
        #expect(try count() == Int(SessionStore.maximumAccessIDs) + 1)
        let alive = try issued.map { try found($0) != nil }
        #expect(alive == Array(repeating: false, count: 102 - 64) + Array(repeating: true, count: 64))
        #expect(try found(bob) != nil)
    }

    @Test("ids issued in one millisecond are bounded too, and the newest of them is good")
    func sameMoment() throws {
        let ann = try signUp()
        _ = try refresh(ann, at: start)
        for _ in 0..<100 { #expect(try found(refresh(ann, generation: 0, at: start)) != nil) }
        #expect(try count() == Int(SessionStore.maximumAccessIDs))
    }

    @Test("ids that have expired go when others are issued")
    func purge() throws {
        let names = (0..<10).map { "user\($0)" }
        for name in names { _ = try signUp(name) }
        _ = try signUp("late", at: start + tokenLifetime)
        #expect(try count() == 11)
        _ = try signUp("later", at: start + tokenLifetime + .milliseconds(1))
        #expect(try count() == 2)
    }

    @Test("where no id can be kept the rotation is not made either, so the same refresh token still works")
    func together() throws {
        let ann = try signUp()
        try worker.database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON access_ids BEGIN SELECT RAISE(ABORT, 'full'); END")
        #expect(throws: StoreError.self) { try sessions.rotate(ann.session.id, generation: 0, at: start) }
        #expect(throws: StoreError.self) { try signUp("bob") }
        try worker.database.execute("DROP TRIGGER full")
        guard case .rotated(let next) = try sessions.rotate(ann.session.id, generation: 0, at: start) else {
            throw Worker.Refused()
        }
        #expect(next.session.generation == 1)
        #expect(try worker.accounts.find(username: "bob") == nil)
    }

    @Test("what ends a session or its account ends its ids at once, without a journal (N-S3, N-S4)")
    func ended() throws {
        let ledger = RevocationLedger(worker.database, journal: nil, tokenLifetime: tokenLifetime)
        let ends: [(Grant) throws -> Void] = [
            { _ = try ledger.endSession($0.session.id, reason: .logout, at: start) },
            { _ = try ledger.endAll(of: $0.account.id, reason: .admin, at: start) },
            { _ = try ledger.disable($0.account.id, at: start) },
            { _ = try ledger.delete($0.account.id, at: start) },
            { _ in _ = try ledger.endEverything(reason: .admin, at: start) },
            {
                _ = try ledger.changePassword(
                    of: $0.account.id, digest: "$e$", ifVersion: 1, keeping: nil, at: start)
            },
        ]
        for (number, end) in ends.enumerated() {
            let grant = try signUp("user\(number)")
            #expect(try found(grant) != nil)
            try end(grant)
            #expect(try found(grant) == nil, "\(number)")
        }
    }

    @Test("a change of roles shows in the same id")
    func roles() throws {
        let ann = try signUp()
        let admin = try #require(Role("admin"))
        _ = try worker.ledger.changeRoles(of: ann.account.id, at: start) { _ in [admin] }
        #expect(try found(ann)?.identity.roles == [admin])
    }
}
