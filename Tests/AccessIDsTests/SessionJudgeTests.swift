import AccessIDs
import Authentication
import Database
import Events
import Identity
import SQLiteDriver
import SessionAuthentication
import TestFixtures
import Testing

@Suite("Judging access ids")
struct SessionJudgeTests {
    private let database = SQLiteDatabase()
    private let judge: SessionJudge
    private let id = AccessID.make()
    private let start = Timestamp(seconds: 1_800_000_000)
    private let account = AccountID.make(at: Timestamp(seconds: 0))
    private let session = SessionID.make(at: Timestamp(seconds: 0))

    init() throws {
        judge = SessionJudge(AccessLookup(database), lifetime: .seconds(900))
        try Migrator().migrate(database, at: 0)
        try database.execute(
            """
            INSERT INTO accounts (id, username, email, roles, digest, password_version, epoch, created_at, updated_at)
            VALUES ($1, 'ann', NULL, 'admin', NULL, 1, 1, 0, 0)
            """, [.text(account.description)])
        try database.execute(
            """
            INSERT INTO sessions (id, account_id, generation, created_at, rotated_at, last_used_at, expires_at,
                ends_at, remember, delivery, address, user_agent)
            VALUES ($1, $2, 0, 0, 0, 0, $3, $3, 0, 'cookie', '', '')
            """, [.text(session.description), .text(account.description), .integer(.max)])
        try database.execute(
            "INSERT INTO access_ids (hash, session_id, expires_at) VALUES ($1, $2, $3)",
            [.text(id.hash), .text(session.description), .integer((start + .seconds(900)).milliseconds)])
    }

    /// `admitted as NAME`, the refusal's code, or `unavailable`.
    private func verdict(_ token: String? = nil, at now: Timestamp? = nil) -> String {
        switch judge.judge(token ?? id.text, at: now ?? start) {
        case .admitted(let identity): "admitted as \(identity.username)"
        case .refused(let refusal): refusal.code
        case .unavailable: "unavailable"
        }
    }

    @Test("an id is good up to its end and not in the millisecond of it")
    func end() {
        #expect(verdict() == "admitted as ann")
        #expect(verdict(at: start + .milliseconds(899_999)) == "admitted as ann")
        #expect(verdict(at: start + .seconds(900)) == "token_expired")
    }

    @Test("a clock that was set back gives no id more than its time, but for a minute's tolerance (R-10)")
    func clockSetBack() {
        #expect(verdict(at: start - .seconds(60)) == "admitted as ann")
        #expect(verdict(at: start - .milliseconds(60_001)) == "token_lifetime_too_long")
        #expect(verdict(at: Timestamp(seconds: 0)) == "token_lifetime_too_long")
    }

    @Test("a lifetime made shorter counts for the ids that are there")
    func shorterLifetime() {
        let judge = SessionJudge(AccessLookup(database), lifetime: .seconds(60))
        guard case .refused(let refusal) = judge.judge(id.text, at: start) else {
            Issue.record("admitted")
            return
        }
        #expect(refusal.code == "token_lifetime_too_long")
    }

    @Test("an id that was never given out is unknown, and what is no id is malformed")
    func unknown() {
        #expect(verdict(AccessID.make().text) == "token_unknown")
        for text in ["", "x.y.z", id.text + "A", String(id.text.dropLast()), id.hash + "=", "' OR '1'='1"] {
            #expect(verdict(text) == "token_malformed")
        }
        #expect(verdict(id.hash) == "token_unknown")
    }

    @Test("a row that can't be understood admits nobody and blames nobody", arguments: ["roles = 'a b'", "id = 'x'"])
    func damagedRow(_ damage: String) throws {
        try database.execute("PRAGMA foreign_keys = OFF")
        try database.execute("UPDATE accounts SET \(damage)")
        if damage.hasPrefix("id") { try database.execute("UPDATE sessions SET account_id = 'x'") }
        #expect(verdict() == "unavailable")
        #expect(judge.complaint?.event == .storeUnavailable)
    }

    @Test("without the view nobody is let in, except that what is no id is refused without asking (R-8)")
    func withoutTheStore() throws {
        try database.execute("DROP VIEW live_access")
        #expect(verdict() == "unavailable" && judge.complaint?.event == .storeUnavailable)
        #expect(verdict("x") == "token_malformed" && judge.complaint == nil)
    }
}
