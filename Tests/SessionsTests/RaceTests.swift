import Accounts
import Database
import Identity
import Revocations
import SQLiteDriver
import Sessions
import TestFixtures
import Testing

/// Two things at once, many times: whichever is first, nothing that was ended may go on.
@Suite("Races")
struct RaceTests {
    private let world: World
    private let worker: Worker
    private static let rounds = 40

    init() throws {
        world = try World()
        worker = world.worker()
    }

    /// Runs both on threads of their own and returns the first's result.
    private func race<Value: Sendable>(
        _ first: @escaping @Sendable (Worker) throws -> Value, _ second: @escaping @Sendable (Worker) throws -> Void
    ) throws -> Value {
        let world = world
        let results = inParallel(2) { index -> Value? in
            let worker = world.worker()
            _ = try worker.database.query("SELECT version FROM schema_migrations")
            if index == 0 { return try first(worker) }
            try second(worker)
            return nil
        }
        _ = try results[1].get()
        return try #require(try results[0].get())
    }

    /// No refresh and no access token of this grant is good.
    private func expectOver(_ grant: Grant) throws {
        #expect(try !world.accepts(grant))
        switch try worker.rotate(grant, at: start) {
        case .revoked, .accountDisabled, .unknown: break
        case let other: Issue.record("\(other)")
        }
    }

    @Test("a refresh beside a logout leaves nothing good")
    func refreshAndLogout() throws {
        for round in 0..<Self.rounds {
            let grant = try worker.signUp("user\(round)")
            let rotation = try race(
                { try $0.rotate(grant, at: start) },
                { _ = try $0.ledger.endSession(grant.session.id, reason: .logout, at: start) })
            try expectOver(grant)
            if case .rotated(let next) = rotation { try expectOver(next) }
        }
    }

    @Test("a login beside a disable leaves nothing good")
    func loginAndDisable() throws {
        for round in 0..<Self.rounds {
            let account = try worker.signUp("user\(round)").account
            let opened = try race(
                { try [$0.logIn(account)] }, { _ = try $0.ledger.disable(account.id, at: start) })
            for grant in opened { try grant.map(expectOver) }
            #expect(try worker.sessions.list(account.id, at: start).isEmpty)
        }
    }

    @Test("a login with the old password beside a password change leaves nothing good")
    func loginAndPasswordChange() throws {
        for round in 0..<Self.rounds {
            let first = try worker.signUp("user\(round)")
            let account = first.account
            let opened = try race(
                { try [$0.logIn(account)] },
                {
                    _ = try $0.ledger.changePassword(
                        of: account.id, digest: "$2", ifVersion: 1, keeping: first.session.id, at: start)
                })
            for grant in opened { try grant.map(expectOver) }
            #expect(try worker.sessions.list(account.id, at: start).map(\.id) == [first.session.id])
            #expect(try world.accepts(first))
        }
    }

    @Test("a refresh beside a global logout leaves nothing good")
    func refreshAndGlobalLogout() throws {
        for round in 0..<Self.rounds {
            let grant = try worker.signUp("user\(round)")
            let rotation = try race(
                { try $0.rotate(grant, at: start) },
                { _ = try $0.ledger.endAll(of: grant.account.id, reason: .logout, at: start) })
            try expectOver(grant)
            if case .rotated(let next) = rotation { try expectOver(next) }
        }
    }

    @Test("a refresh beside a change of roles never gives good tokens with the old ones")
    func refreshAndRoles() throws {
        let admin = try #require(Role("admin"))
        for round in 0..<Self.rounds {
            let grant = try worker.signUp("user\(round)")
            let rotation = try race(
                { try $0.rotate(grant, at: start) },
                { _ = try $0.ledger.changeRoles(of: grant.account.id, at: start) { _ in [admin] } })
            guard case .rotated(let next) = rotation else {
                Issue.record("\(rotation)")
                return
            }
            #expect(try world.accepts(next) == (next.account.roles == [admin]))
        }
    }

    @Test("a rehash beside a password change never brings the old password back")
    func rehashAndPasswordChange() throws {
        for round in 0..<Self.rounds {
            let account = try worker.signUp("user\(round)").account
            _ = try race(
                { try $0.accounts.updateDigest(account.id, digest: "$rehashed", ifVersion: 1, at: start) },
                {
                    _ = try $0.ledger.changePassword(
                        of: account.id, digest: "$2", ifVersion: 1, keeping: nil, at: start)
                })
            #expect(try worker.accounts.credential(id: account.id)?.digest == "$2")
        }
    }
}
