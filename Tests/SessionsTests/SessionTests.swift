import Accounts
import Database
import Identity
import SQLiteDriver
import Sessions
import Testing

@Suite("Sessions: opening and listing")
struct SessionTests {
    private let world: World
    private let worker: Worker
    private let ann: Grant

    init() throws {
        world = try World()
        worker = world.worker()
        ann = try worker.signUp("ann")
    }

    @Test("a login opens a session of its own, which ends when idle and at last for good")
    func opened() throws {
        let grant = try #require(try worker.logIn(ann.account, at: start + .seconds(5)))
        #expect(grant.session.id != ann.session.id)
        #expect(grant.account == ann.account)
        #expect(grant.session.generation == 0)
        #expect(grant.session.createdAt == start + .seconds(5))
        #expect(grant.session.endsAt == start + .seconds(5) + lifetimes.idle)
        #expect(grant.session.expiresAt == start + .seconds(5) + lifetimes.absolute)
        #expect(grant.session.client == browser)
        #expect(!grant.session.remember)
        #expect(ann.session.remember)
        #expect(grant.identity.username == "ann")
        #expect(grant.identity.session == grant.session.id)
    }

    @Test("a session that may idle longer than it may live ends with its life")
    func idleBeyondAbsolute() throws {
        let lifetimes = SessionLifetimes(idle: .seconds(100), absolute: .seconds(10), grace: .zero)
        let sessions = SessionStore(worker.database, lifetimes: lifetimes, ledger: worker.ledger)
        let grant = try #require(
            try sessions.open(
                ann.account.id, passwordVersion: ann.account.passwordVersion, client: browser, remember: false,
                delivery: .body, at: start))
        #expect(grant.session.endsAt == start + .seconds(10))
        #expect(grant.session.delivery == .body)
    }

    @Test("no session is opened for a password that has changed since it was checked")
    func passwordChanged() throws {
        _ = try worker.ledger.changePassword(
            of: ann.account.id, digest: "$2", ifVersion: ann.account.passwordVersion, keeping: nil, at: start)
        #expect(try worker.logIn(ann.account) == nil)
        #expect(try worker.logIn(worker.account(ann)) != nil)
    }

    @Test("no session is opened for a disabled, deleted or unknown account")
    func refused() throws {
        _ = try worker.ledger.disable(ann.account.id, at: start)
        #expect(try worker.logIn(worker.account(ann)) == nil)
        #expect(try worker.accounts.enable(ann.account.id, at: start))
        #expect(try worker.logIn(worker.account(ann)) != nil)
        _ = try worker.ledger.delete(ann.account.id, at: start)
        #expect(try worker.logIn(ann.account) == nil)
    }

    @Test("a session is live until its end and not at it")
    func live() throws {
        let end = ann.session.endsAt
        #expect(try worker.sessions.live(ann.session.id, at: end - .milliseconds(1)) == ann)
        #expect(try worker.sessions.live(ann.session.id, at: end) == nil)
        #expect(try worker.sessions.live(SessionID.make(at: start), at: start) == nil)
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        #expect(try worker.sessions.live(ann.session.id, at: start) == nil)
    }

    @Test("an account's list has its live sessions, the last used first, and nobody else's")
    func listed() throws {
        let bob = try worker.signUp("bob")
        let second = try #require(try worker.logIn(ann.account, at: start + .seconds(1)))
        let third = try #require(try worker.logIn(ann.account, at: start + .seconds(2)))
        _ = try worker.ledger.endSession(third.session.id, reason: .logout, at: start + .seconds(3))
        func ids(_ time: Timestamp) throws -> [SessionID] {
            try worker.sessions.list(ann.account.id, at: time).map(\.id)
        }
        #expect(try ids(start + .seconds(3)) == [second.session.id, ann.session.id])
        _ = try worker.rotated(ann, at: start + .seconds(10))
        #expect(try ids(start + .seconds(11)) == [ann.session.id, second.session.id])
        #expect(try ids(second.session.endsAt) == [ann.session.id])
        #expect(try worker.sessions.list(bob.account.id, at: start).map(\.id) == [bob.session.id])
    }

    @Test("the admin's list has everybody's, page by page")
    func all() throws {
        let bob = try worker.signUp("bob", at: start + .seconds(1))
        #expect(try worker.sessions.all(at: start) == [ann, bob])
        #expect(try worker.sessions.all(limit: 1, at: start) == [ann])
        #expect(try worker.sessions.all(after: ann.session.id, at: start) == [bob])
    }

    @Test("what a client says of itself is cut to size and to characters one can print")
    func client() {
        let long = ClientDescription(
            address: String(repeating: "1", count: 500),
            userAgent: "a\u{0}b\nc\u{1b}[31m" + String(repeating: "é", count: 999))
        #expect(long.address.count == 64)
        #expect(long.userAgent.count == 256)
        #expect(long.userAgent.hasPrefix("abc[31mé"))
    }
}
