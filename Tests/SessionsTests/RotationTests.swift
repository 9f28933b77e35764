import Accounts
import Database
import Identity
import Revocations
import SQLiteDriver
import Sessions
import TestFixtures
import Testing

@Suite("Sessions: rotation")
struct RotationTests {
    private let world: World
    private let worker: Worker
    private let ann: Grant

    init() throws {
        world = try World()
        worker = world.worker()
        ann = try worker.signUp("ann")
    }

    @Test("the current token is exchanged for the next, and the idle end moves")
    func current() throws {
        let time = start + .seconds(900)
        let next = try worker.rotated(ann, at: time)
        #expect(next.session.generation == 1)
        #expect(next.session.rotatedAt == time)
        #expect(next.session.lastUsedAt == time)
        #expect(next.session.endsAt == time + lifetimes.idle)
        #expect(next.session.expiresAt == ann.session.expiresAt)
        #expect(try worker.rotated(next, at: time + .seconds(900)).session.generation == 2)
    }

    @Test("no rotation moves the end past the absolute one")
    func absoluteEnd() throws {
        var grant = ann
        var time = start
        while time + .seconds(6 * 86_400) < ann.session.expiresAt {
            time = time + .seconds(6 * 86_400)
            grant = try worker.rotated(grant, at: time)
        }
        #expect(grant.session.endsAt == ann.session.expiresAt)
        #expect(try worker.rotate(grant, at: ann.session.expiresAt) == .expired)
        #expect(
            try worker.rotated(grant, at: ann.session.expiresAt - .milliseconds(1)).session.endsAt
                == ann.session.expiresAt)
    }

    @Test("a session left idle is over at its end and not before")
    func idle() throws {
        #expect(try worker.rotate(ann, at: ann.session.endsAt) == .expired)
        #expect(throws: Never.self) { try worker.rotated(ann, at: ann.session.endsAt - .milliseconds(1)) }
    }

    @Test("the token before, within the grace, is given the very same successor, again and again")
    func repeated() throws {
        let next = try worker.rotated(ann, at: start + .seconds(100))
        for wait in [0, 1, 29, 30] {
            #expect(try worker.rotate(ann, at: start + .seconds(100 + wait)) == .repeated(next))
        }
        #expect(throws: Never.self) { try worker.rotated(next, at: start + .seconds(200)) }
    }

    @Test("the token before, after the grace, ends the session, and its access token with it")
    func reusedAfterGrace() throws {
        let next = try worker.rotated(ann, at: start)
        let time = start + lifetimes.grace + .milliseconds(1)
        #expect(try world.accepts(next))
        #expect(try worker.rotate(ann, at: time) == .reused(next.session))
        #expect(try !world.accepts(next))
        #expect(try worker.rotate(next, at: time) == .revoked)
        #expect(try worker.rotate(ann, at: time) == .revoked)
    }

    @Test("asking again does not lengthen the grace")
    func graceIsFixed() throws {
        let next = try worker.rotated(ann, at: start)
        #expect(try worker.rotate(ann, at: start + .seconds(20)) == .repeated(next))
        #expect(try worker.rotate(ann, at: start + .seconds(40)) == .reused(next.session))
    }

    @Test("a token two generations old ends the session even within the grace")
    func older() throws {
        let next = try worker.rotated(ann, at: start)
        let last = try worker.rotated(next, at: start)
        #expect(try worker.rotate(ann, at: start) == .reused(last.session))
        #expect(try worker.rotate(last, at: start) == .revoked)
        #expect(try !world.accepts(last))
    }

    @Test("theft in one session leaves the account's other sessions alone")
    func otherSessions() throws {
        let other = try #require(try worker.logIn(ann.account))
        _ = try worker.rotated(ann, at: start)
        _ = try worker.rotate(ann, at: start + .seconds(60))
        #expect(throws: Never.self) { try worker.rotated(other, at: start + .seconds(60)) }
        #expect(try world.accepts(other))
    }

    @Test("a token of no session is unknown")
    func unknown() throws {
        #expect(try worker.sessions.rotate(SessionID.make(at: start), generation: 0, at: start) == .unknown)
    }

    @Test("a generation this store never gave out ends the session")
    func ahead() throws {
        #expect(try worker.sessions.rotate(ann.session.id, generation: 5, at: start) == .unknown)
        #expect(try worker.rotate(ann, at: start) == .revoked)
        #expect(try !world.accepts(ann))
    }

    @Test("an account that is disabled refreshes nothing; enabled again it must log in")
    func disabled() throws {
        let next = try worker.rotated(ann, at: start)
        _ = try worker.ledger.disable(ann.account.id, at: start)
        #expect(try worker.rotate(next, at: start) == .accountDisabled)
        #expect(try worker.rotate(ann, at: start) == .accountDisabled)
        _ = try worker.accounts.enable(ann.account.id, at: start)
        #expect(try worker.rotate(next, at: start) == .revoked)
    }

    @Test("a disabled account refreshes nothing even where a session of it was left alive")
    func disabledByHand() throws {
        try worker.database.execute("UPDATE accounts SET disabled_at = 1")
        #expect(try worker.rotate(ann, at: start) == .accountDisabled)
        #expect(try worker.sessions.live(ann.session.id, at: start) == nil)
        try worker.database.execute("UPDATE accounts SET disabled_at = NULL")
        #expect(try worker.rotated(ann, at: start).session.generation == 1)
    }

    @Test("repeating is refused once the session is over, as rotating is")
    func repeatedAfterEnd() throws {
        let next = try worker.rotated(ann, at: start)
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        #expect(try worker.rotate(ann, at: start) == .revoked)
        #expect(try worker.rotate(next, at: start) == .revoked)
    }

    @Test("repeating is refused once the session has expired")
    func repeatedAfterExpiry() throws {
        let short = SessionLifetimes(idle: .seconds(10), absolute: .seconds(10), grace: .seconds(30))
        let sessions = SessionStore(worker.database, lifetimes: short, ledger: worker.ledger)
        let grant = try #require(
            try sessions.open(
                ann.account.id, passwordVersion: 1, client: browser, remember: false, delivery: .cookie, at: start))
        _ = try sessions.rotate(grant.session.id, generation: 0, at: start + .seconds(9))
        #expect(try sessions.rotate(grant.session.id, generation: 0, at: start + .seconds(10)) == .expired)
    }

    @Test("a deleted account's tokens are unknown")
    func deleted() throws {
        _ = try worker.ledger.delete(ann.account.id, at: start)
        #expect(try worker.rotate(ann, at: start) == .unknown)
    }

    @Test("roles and epoch are read again at each refresh, repeated ones included")
    func rolesAreFresh() throws {
        let admin = try #require(Role("admin"))
        let next = try worker.rotated(ann, at: start)
        _ = try worker.ledger.changeRoles(of: ann.account.id, at: start) { _ in [admin] }
        #expect(try !world.accepts(next))
        guard case .repeated(let again) = try worker.rotate(ann, at: start) else {
            Issue.record("not repeated")
            return
        }
        #expect(again.account.roles == [admin])
        #expect(again.session.generation == next.session.generation)
        #expect(try world.accepts(again))
        #expect(try worker.rotated(next, at: start).account.roles == [admin])
    }

    @Test("a clock set back does not take the owner for a thief")
    func clockBack() throws {
        let next = try worker.rotated(ann, at: start + .seconds(3600))
        #expect(try worker.rotate(ann, at: start) == .repeated(next))
        #expect(throws: Never.self) { try worker.rotated(next, at: start) }
    }

    @Test("a clock set back brings no ended session to life")
    func clockBackAfterEnd() throws {
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start + .seconds(3600))
        #expect(try worker.rotate(ann, at: start) == .revoked)
        #expect(try worker.sessions.live(ann.session.id, at: start) == nil)
        #expect(try worker.sessions.list(ann.account.id, at: start).isEmpty)
        #expect(try worker.sessions.all(at: start).isEmpty)
    }

    @Test("50 refreshes of one token at once give one successor")
    func parallel() throws {
        let world = world
        let ann = ann
        let rotations = try inParallel(50) { _ in try world.worker().rotate(ann, at: start) }.map { try $0.get() }
        let successors = rotations.map { rotation -> UInt32? in
            switch rotation {
            case .rotated(let grant), .repeated(let grant): grant.session.generation
            default: nil
            }
        }
        #expect(successors == [UInt32?](repeating: 1, count: 50))
        #expect(rotations.count { if case .rotated = $0 { true } else { false } } == 1)
    }

    @Test("50 presentations of a stolen token at once end the session once")
    func parallelTheft() throws {
        let world = world
        let ann = ann
        let next = try worker.rotated(ann, at: start)
        let time = start + .seconds(60)
        let rotations = try inParallel(50) { _ in try world.worker().rotate(ann, at: time) }.map { try $0.get() }
        #expect(rotations.count { $0 == .reused(next.session) } == 1)
        #expect(rotations.count { $0 == .revoked } == 49)
        #expect(try !world.accepts(next))
    }
}
