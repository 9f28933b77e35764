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

    @Test("many accounts are made together or not at all")
    func together() throws {
        _ = try worker.accounts.create(NewAccount(username: "ann", skeleton: "ann", digest: "$1"), at: start)
        let new = [
            NewAccount(username: "bob", skeleton: "bob", digest: "$2"), NewAccount(username: "ann", digest: "$3"),
        ]
        func create(_ accounts: [NewAccount], skipping: Bool = false, committing: Bool = true) throws -> AccountsMade {
            try worker.accounts.create(
                all: accounts, skippingTaken: skipping, allowingLookalikes: false, committing: committing, at: start)
        }
        #expect(try create(new).conflicts == [1: .name])
        #expect(try create([NewAccount(username: "amn", skeleton: "ann", digest: nil)]).conflicts == [0: .lookalike])
        #expect(try create(new, skipping: true, committing: false).count == 1)
        #expect(try worker.accounts.find(username: "bob") == nil)
        let made = try create(new, skipping: true)
        #expect(made.count == 1 && made.skipped == [1] && made.conflicts.isEmpty)
        #expect(try worker.accounts.credential(username: "ann")?.digest == "$1")
        let bob = try #require(try worker.accounts.find(username: "bob"))
        #expect(try create([NewAccount(id: bob.id, username: "eve", digest: nil)]).conflicts == [0: .id])
        #expect(try worker.accounts.credentials().map(\.digest) == ["$1", "$2"])
        #expect(try worker.accounts.credentials(after: "ann", limit: 1).map(\.account) == [bob])
    }

    @Test("an account that comes back under its old id has no token of its last time")
    func sameID() throws {
        let first = try #require(try worker.accounts.create(NewAccount(username: "ann", digest: nil), at: start))
        _ = try worker.ledger.delete(first.id, at: start)
        let again = try #require(
            try worker.accounts.create(NewAccount(id: first.id, username: "ann", digest: nil), at: start))
        #expect(again.id == first.id && again.epoch > first.epoch)
    }

    @Test("each account is drawn as the one that stands in for an unknown name, always the same for a draw")
    func drawn() throws {
        #expect(try worker.accounts.drawnDigest("000000000000") == nil)
        for number in 0..<20 {
            _ = try worker.accounts.create(NewAccount(username: "u\(number)", digest: "$\(number)"), at: start)
        }
        var digests: Set<String?> = []
        for step in UInt64(0)..<2000 {
            let digits = String(step << 48 / 2000 | 1 << 60, radix: 16).suffix(12)
            let digest = try worker.accounts.drawnDigest(String(digits))
            #expect(try worker.accounts.drawnDigest(String(digits)) == digest)
            digests.insert(digest)
        }
        #expect(digests.count > 15)
        #expect(try worker.accounts.drawnDigest("ffffffffffff") != nil)
    }
}
