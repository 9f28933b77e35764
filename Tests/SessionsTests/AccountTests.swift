import Accounts
import Database
import Identity
import SQLiteDriver
import Sessions
import TestFixtures
import Testing

@Suite("Accounts")
struct AccountTests {
    private let world: World
    private let worker: Worker

    init() throws {
        world = try World()
        worker = world.worker()
    }

    @Test("an account is found by its name and by its id, as it was made")
    func found() throws {
        let roles = try #require(Role.list("admin,staff"))
        let new = NewAccount(username: "ann", email: "ann@example.org", roles: roles, digest: "$d$")
        let made = try #require(try worker.accounts.create(new, at: start))
        #expect(made.username == "ann")
        #expect(made.email == "ann@example.org")
        #expect(made.roles == roles)
        #expect(made.createdAt == start)
        #expect(!made.isDisabled)
        #expect(try worker.accounts.find(username: "ann") == made)
        #expect(try worker.accounts.find(id: made.id) == made)
        #expect(try worker.accounts.find(username: "Ann") == nil)
    }

    @Test("a digest is given to those who ask for it, and no record carries it")
    func credential() throws {
        let new = NewAccount(username: "ann", digest: "$argon2id$secret")
        let made = try #require(try worker.accounts.create(new, at: start))
        #expect(try worker.accounts.credential(username: "ann")?.digest == "$argon2id$secret")
        #expect(try worker.accounts.credential(id: made.id)?.account == made)
        #expect(try worker.accounts.credential(username: "bob") == nil)
        #expect(!String(reflecting: made).contains("secret"))
    }

    @Test("an account may have neither e-mail nor password")
    func optional() throws {
        let made = try #require(try worker.accounts.create(NewAccount(username: "ann", digest: nil), at: start))
        #expect(made.email == nil)
        #expect(try worker.accounts.credential(id: made.id)?.digest == nil)
    }

    @Test("a taken name makes no account")
    func taken() throws {
        let new = NewAccount(username: "ann", digest: "$1")
        #expect(try worker.accounts.create(new, at: start) != nil)
        #expect(try worker.accounts.create(NewAccount(username: "ann", digest: "$2"), at: start) == nil)
        #expect(try worker.accounts.credential(username: "ann")?.digest == "$1")
    }

    @Test("a name that looks like a taken one makes no account, and an older account without a skeleton may stay")
    func lookalike() throws {
        func create(_ name: String, _ skeleton: String?) throws -> AccountRecord? {
            try worker.accounts.create(NewAccount(username: name, skeleton: skeleton, digest: nil), at: start)
        }
        #expect(try create("paypal", "paypal") != nil)
        #expect(try create("paypa1", "paypal") == nil)
        #expect(try create("old", nil) != nil)
        #expect(try create("older", nil) != nil)
    }

    @Test("skeletons are worked out for accounts of before there were any, and the older account keeps its name alone")
    func renewedSkeletons() throws {
        for (step, name) in ["l", "1", "b", "0"].enumerated() {
            let account = NewAccount(username: name, skeleton: nil, digest: nil)
            _ = try worker.accounts.create(account, at: start + .seconds(step))
        }
        let skeletons = ["l": "l", "1": "l", "b": "b", "0": "o"]
        for _ in 1...2 {
            #expect(try worker.accounts.renewSkeletons { skeletons[$0] } == ["1"])
        }
        #expect(try worker.accounts.create(NewAccount(username: "o", skeleton: "o", digest: nil), at: start) == nil)
        #expect(try worker.accounts.find(username: "1") != nil)
    }

    @Test("an e-mail may belong to several accounts")
    func sharedEmail() throws {
        for name in ["ann", "bob"] {
            let new = NewAccount(username: name, email: "both@example.org", digest: nil)
            #expect(try worker.accounts.create(new, at: start) != nil)
        }
    }

    @Test("accounts are listed by name, page by page")
    func listed() throws {
        for name in ["cy", "ann", "bob"] {
            _ = try worker.accounts.create(NewAccount(username: name, digest: nil), at: start)
        }
        #expect(try worker.accounts.list().map(\.username) == ["ann", "bob", "cy"])
        #expect(try worker.accounts.list(limit: 2).map(\.username) == ["ann", "bob"])
        #expect(try worker.accounts.list(after: "bob", limit: 2).map(\.username) == ["cy"])
    }

    @Test("a rehash is stored for the password it was made of and no later one")
    func rehash() throws {
        let account = try worker.signUp("ann").account
        let version = account.passwordVersion
        #expect(try worker.accounts.updateDigest(account.id, digest: "$new", ifVersion: version, at: start))
        #expect(try worker.accounts.credential(id: account.id)?.digest == "$new")
        #expect(try worker.accounts.find(id: account.id)?.passwordVersion == version)
        _ = try worker.ledger.changePassword(
            of: account.id, digest: "$other", ifVersion: version, keeping: nil, at: start)
        #expect(try !worker.accounts.updateDigest(account.id, digest: "$late", ifVersion: version, at: start))
        #expect(try worker.accounts.credential(id: account.id)?.digest == "$other")
    }

    @Test("20 sign-ups of one name at once make one account with one session")
    func parallelSignUps() throws {
        let world = world
        let results = inParallel(20) { number in
            let account = NewAccount(username: "ann", digest: "$\(number)")
            return try world.worker().sessions.signUp(
                account, client: browser, remember: false, delivery: .cookie, at: start)
        }
        let grants = try results.compactMap { try $0.get() }
        #expect(grants.count == 1)
        #expect(try worker.accounts.list().count == 1)
        #expect(try worker.sessions.all(at: start).map(\.session.id) == grants.map(\.session.id))
    }

    @Test("an account without its first session is not made")
    func bothOrNeither() throws {
        try worker.database.execute("DROP TABLE sessions")
        #expect(throws: StoreError.self) { try worker.signUp("ann") }
        #expect(try worker.accounts.find(username: "ann") == nil)
    }
}
