import Database
import Identity
import SQLiteDriver
import TestFixtures
import Testing

@testable import Throttling

@Suite("Attempts gathered in memory")
struct GatheredAttemptsTests {
    private let world: World
    private let limits = AttemptLimits(allowed: 10)

    init() throws {
        world = try World()
    }

    private func gathered() -> GatheredAttempts { GatheredAttempts(world.attempts()) }

    private func failures() throws -> [Int64] {
        try world.database().query("SELECT failures FROM attempts").map { try $0.integer("failures") }
    }

    @Test("forged refresh tokens are written fifty at a time")
    func batches() throws {
        let (gathered, forged) = (gathered(), limits.forgedRefresh(from: "192.0.2.7"))
        for _ in 0..<49 { gathered.count(forged, at: start) }
        #expect(try failures().isEmpty)
        gathered.count(forged, at: start)
        #expect(try failures() == [50])
        for _ in 0..<99 { gathered.count(forged, at: start) }
        #expect(try failures() == [100])
    }

    @Test("a network with very many of them must wait, in every process, and then nothing is written")
    func blocked() throws {
        let (gathered, forged) = (gathered(), limits.forgedRefresh(from: "192.0.2.7"))
        var count = 0
        while gathered.wait(forged, at: start) == nil {
            gathered.count(forged, at: start)
            count += 1
        }
        #expect(count == 10_000 && gathered.wait(forged, at: start) == 1)
        #expect(self.gathered().wait(forged, at: start) == 1)
        #expect(gathered.wait(limits.forgedRefresh(from: "192.0.2.8"), at: start) == nil)
        #expect(gathered.wait(forged, at: start + .seconds(1)) == nil)
        for _ in 0..<100 { gathered.count(forged, at: start + .seconds(1)) }
        #expect(gathered.wait(forged, at: start + .seconds(1)) == 2)
    }

    @Test("a delay that is known is not forgotten for what another thread read before it was there")
    func blockedStays() throws {
        let (gathered, forged) = (gathered(), limits.forgedRefresh(from: "192.0.2.7"))
        for _ in 0..<10_000 { gathered.count(forged, at: start) }
        #expect(gathered.wait(forged, at: start) == 1)
        try world.database().execute("DELETE FROM attempts")
        for _ in 0..<50 { gathered.count(forged, at: start) }
        #expect(gathered.wait(forged, at: start) == 1)
        #expect(gathered.wait(forged, at: start + .seconds(1)) == nil)
    }

    @Test("ten a second, and sessions refreshed by whoever uses them, never wait and are never written")
    func ordinary() throws {
        let gathered = gathered()
        let (forged, session) = (limits.forgedRefresh(from: "192.0.2.7"), limits.refresh(of: .make(at: start)))
        for turn in 0..<5_000 {
            let now = start + .milliseconds(turn * 100)
            #expect(gathered.wait(forged, at: now) == nil && gathered.wait(session, at: now) == nil)
            gathered.count(forged, at: now)
            gathered.count(session, at: now)
        }
        #expect(try failures().isEmpty)
    }

    @Test("a session may be rotated 20,000 times without a pause")
    func rotations() throws {
        let (gathered, session) = (gathered(), limits.refresh(of: .make(at: start)))
        for _ in 0..<19_999 { gathered.count(session, at: start) }
        #expect(gathered.wait(session, at: start) == nil)
        gathered.count(session, at: start)
        #expect(gathered.wait(session, at: start) == 1)
    }

    @Test("a clock set back makes nobody wait for what was read before (R-10)")
    func clockSetBack() {
        let (gathered, session) = (gathered(), limits.refresh(of: .make(at: start)))
        #expect(gathered.wait(session, at: start) == nil)
        #expect(gathered.wait(session, at: start + .seconds(-10)) == nil)
    }

    @Test("memory is bounded, and a store that can't be read holds nobody up")
    func bounded() throws {
        let gathered = GatheredAttempts(AttemptStore(SQLiteDatabase(path: "/nonexistent/store.sqlite")))
        for number in 0..<5_000 {
            let forged = limits.forgedRefresh(from: "\(number)")
            #expect(gathered.wait(forged, at: start) == nil)
            gathered.count(forged, at: start)
        }
        #expect(gathered.subjectCount <= GatheredAttempts.subjectsKept)
    }
}
