import Accounts
import Database
import Glibc
import Identity
import Revocations
import SQLiteDriver
import Sessions
import TestFixtures
import Testing

@Suite("Revocation: what each change ends")
struct LedgerTests {
    private let world: World
    private let worker: Worker
    private let ann: Grant

    init() throws {
        world = try World()
        worker = world.worker()
        ann = try worker.signUp("ann")
    }

    private func reason(_ session: SessionID) throws -> String? {
        try worker.database.query(
            "SELECT revoked_reason FROM sessions WHERE id = $1", [.text(session.description)]
        ).first?.optionalText("revoked_reason")
    }

    @Test("a logout ends one session, and says so again when asked again")
    func logout() throws {
        let other = try #require(try worker.logIn(ann.account))
        let first = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        #expect(first == .ended(ann.session))
        #expect(try !world.accepts(ann))
        #expect(try world.accepts(other))
        #expect(try reason(ann.session.id) == "logout")
        guard case .alreadyOver = try worker.ledger.endSession(ann.session.id, reason: .admin, at: start) else {
            Issue.record("ended twice")
            return
        }
        #expect(try reason(ann.session.id) == "logout")
        #expect(try worker.ledger.endSession(SessionID.make(at: start), reason: .logout, at: start) == .unknown)
    }

    @Test("nobody ends a session of another account")
    func ownership() throws {
        let bob = try worker.signUp("bob")
        let end = try worker.ledger.endSession(ann.session.id, of: bob.account.id, reason: .owner, at: start)
        #expect(end == .unknown)
        #expect(try world.accepts(ann))
        #expect(throws: Never.self) { try worker.rotated(ann, at: start) }
        let own = try worker.ledger.endSession(bob.session.id, of: bob.account.id, reason: .owner, at: start)
        #expect(own == .ended(bob.session))
    }

    @Test("a session past its end is revoked as well, for tokens that outlive it")
    func pastItsEnd() throws {
        let time = ann.session.endsAt + .seconds(1)
        guard case .alreadyOver = try worker.ledger.endSession(ann.session.id, reason: .logout, at: time) else {
            Issue.record("was live")
            return
        }
        #expect(try !world.accepts(ann, at: time))
    }

    @Test("ending the others keeps one session and its tokens")
    func others() throws {
        let second = try #require(try worker.logIn(ann.account))
        let third = try #require(try worker.logIn(ann.account))
        let bob = try worker.signUp("bob")
        let ended = try worker.ledger.endOthers(
            of: ann.account.id, keeping: second.session.id, reason: .logout, at: start)
        #expect(ended == 2)
        #expect(try [ann, second, third, bob].map { try world.accepts($0) } == [false, true, false, true])
        #expect(try worker.sessions.list(ann.account.id, at: start).map(\.id) == [second.session.id])
    }

    @Test("a global logout voids every token of the account in one record, and a new login is good")
    func global() throws {
        let second = try #require(try worker.logIn(ann.account))
        let bob = try worker.signUp("bob")
        let change = try #require(try worker.ledger.endAll(of: ann.account.id, reason: .logout, at: start))
        #expect(change.sessionsEnded == 2)
        #expect(change.account.epoch == ann.account.epoch + 1)
        #expect(try [ann, second, bob].map { try world.accepts($0) } == [false, false, true])
        #expect(try worker.rotate(second, at: start) == .revoked)
        let new = try #require(try worker.logIn(change.account))
        #expect(try world.accepts(new))
        #expect(try worker.ledger.endAll(of: AccountID.make(at: start), reason: .logout, at: start) == nil)
    }

    @Test("a new password ends every session but the one that set it")
    func password() throws {
        let other = try #require(try worker.logIn(ann.account))
        let change = try #require(
            try worker.ledger.changePassword(
                of: ann.account.id, digest: "$2", ifVersion: 1, keeping: ann.session.id, at: start))
        #expect(change.sessionsEnded == 1)
        #expect(change.account.passwordVersion == 2)
        #expect(try world.accepts(ann))
        #expect(try !world.accepts(other))
        #expect(try worker.rotate(other, at: start) == .revoked)
        #expect(throws: Never.self) { try worker.rotated(ann, at: start) }
        #expect(try worker.accounts.credential(id: ann.account.id)?.digest == "$2")
    }

    @Test("a password set by the admin ends every session")
    func adminPassword() throws {
        let change = try worker.ledger.changePassword(
            of: ann.account.id, digest: "$2", ifVersion: nil, keeping: nil, at: start)
        #expect(change?.sessionsEnded == 1)
        #expect(try !world.accepts(ann))
    }

    @Test("of two password changes that checked the same password one is made")
    func stalePassword() throws {
        for expected in [true, false] {
            let change = try worker.ledger.changePassword(
                of: ann.account.id, digest: expected ? "$2" : "$3", ifVersion: 1, keeping: ann.session.id, at: start)
            #expect((change != nil) == expected)
        }
        #expect(try worker.accounts.credential(id: ann.account.id)?.digest == "$2")
    }

    @Test("other roles void the tokens and not the sessions")
    func roles() throws {
        let admin = try #require(Role("admin"))
        let staff = try #require(Role("staff"))
        _ = try worker.ledger.changeRoles(of: ann.account.id, at: start) { $0 + [staff] }
        let changed = try #require(try worker.ledger.changeRoles(of: ann.account.id, at: start) { $0 + [admin] })
        #expect(changed.roles == [staff, admin])
        #expect(try !world.accepts(ann))
        let next = try worker.rotated(ann, at: start)
        #expect(next.account.roles == [staff, admin])
        #expect(try world.accepts(next))
        #expect(try worker.ledger.changeRoles(of: AccountID.make(at: start), at: start) { $0 } == nil)
    }

    @Test("a disabled account has no session and no good token")
    func disable() throws {
        let change = try #require(try worker.ledger.disable(ann.account.id, at: start))
        #expect(change.sessionsEnded == 1)
        #expect(change.account.disabledAt == start)
        #expect(try !world.accepts(ann))
        #expect(try worker.sessions.live(ann.session.id, at: start) == nil)
        #expect(try worker.ledger.disable(ann.account.id, at: start + .seconds(9))?.account.disabledAt == start)
    }

    @Test("a deleted account leaves no row and no good token")
    func delete() throws {
        let change = try #require(try worker.ledger.delete(ann.account.id, at: start))
        #expect(change.sessionsEnded == 1)
        #expect(try !world.accepts(ann))
        #expect(try worker.accounts.find(id: ann.account.id) == nil)
        #expect(try worker.database.query("SELECT id FROM sessions").isEmpty)
        #expect(try worker.ledger.delete(ann.account.id, at: start) == nil)
    }

    @Test("everybody can be logged out at once")
    func everything() throws {
        let bob = try worker.signUp("bob")
        #expect(try worker.ledger.endEverything(reason: .admin, at: start) == 2)
        #expect(try [ann, bob].map { try world.accepts($0) } == [false, false])
        #expect(try worker.sessions.all(at: start).isEmpty)
        #expect(try worker.ledger.endEverything(reason: .admin, at: start) == 0)
    }

    @Test("what is revoked is said for as long as a token issued at that moment can live")
    func longEnough() throws {
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        #expect(try !world.accepts(ann, at: start + tokenLifetime + .seconds(59)))
        unlink(world.journalPath)
        try worker.ledger.restore(at: start + tokenLifetime + .seconds(59))
        #expect(try !world.accepts(ann, at: start + tokenLifetime + .seconds(59)))
    }

    @Test("1,000 times out of 1,000 a reader refuses at once after the answer")
    func thousandLogouts() throws {
        let reader = RevocationReader(path: world.journalPath)
        for round in 0..<1000 {
            let time = start + .seconds(round)
            let grant = try #require(try worker.logIn(ann.account, at: time))
            try reader.refresh()
            #expect(reader.accepts(grant))
            _ = try worker.ledger.endSession(grant.session.id, reason: .logout, at: time)
            try reader.refresh()
            #expect(!reader.accepts(grant))
        }
    }
}
