import Accounts
import Database
import Identity
import SQLiteDriver
import Sessions
import Testing

@Suite("Purging")
struct PurgeTests {
    private let world: World
    private let worker: Worker

    init() throws {
        world = try World()
        worker = world.worker()
    }

    private func count(_ table: String) throws -> Int {
        try worker.database.query("SELECT * FROM \(table)").count
    }

    @Test("sessions go a day after their end, when others are opened")
    func sessions() throws {
        let ann = try worker.signUp("ann")
        let gone = ann.session.endsAt + .seconds(86_400)
        _ = try worker.logIn(ann.account, at: gone)
        #expect(try count("sessions") == 2)
        #expect(try worker.rotate(ann, at: gone) == .expired)
        _ = try worker.logIn(ann.account, at: gone + .milliseconds(1))
        #expect(try count("sessions") == 2)
        #expect(try worker.rotate(ann, at: gone) == .unknown)
    }

    @Test("revoked sessions go a day after they were revoked")
    func revokedSessions() throws {
        let ann = try worker.signUp("ann")
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        _ = try worker.logIn(ann.account, at: start + .seconds(86_401))
        #expect(try count("sessions") == 1)
    }

    @Test("recorded revocations go when no token is left, as others are recorded")
    func revocations() throws {
        let ann = try worker.signUp("ann")
        let bob = try worker.signUp("bob")
        _ = try worker.ledger.endSession(ann.session.id, reason: .logout, at: start)
        _ = try worker.ledger.endSession(bob.session.id, reason: .logout, at: start + tokenLifetime + .seconds(61))
        #expect(try count("revocations") == 1)
    }

    @Test("of two recorded for one account the one still of use stays")
    func sameSubject() throws {
        let ann = try worker.signUp("ann")
        let bob = try worker.signUp("bob")
        _ = try worker.ledger.endAll(of: ann.account.id, reason: .logout, at: start)
        _ = try worker.ledger.endAll(of: ann.account.id, reason: .logout, at: start + .seconds(100))
        _ = try worker.ledger.endSession(bob.session.id, reason: .logout, at: start + tokenLifetime + .seconds(61))
        let rows = try worker.database.query("SELECT minimum_epoch FROM revocations WHERE kind = 2")
        #expect(try rows.map { try $0.integer("minimum_epoch") } == [3])
    }

    @Test("a few at a time, and more than are added")
    func fewAtATime() throws {
        let ann = try worker.signUp("ann")
        for _ in 0..<40 { _ = try worker.logIn(ann.account) }
        let later = ann.session.endsAt + .seconds(90_000)
        var before = try count("sessions")
        while before > 3 {
            _ = try worker.logIn(ann.account, at: later)
            let after = try count("sessions")
            #expect(after < before && after >= before - 16)
            before = after
        }
    }
}
