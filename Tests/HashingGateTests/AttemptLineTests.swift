import Foundation
import Passwords
import Synchronization
import TestFixtures
import Testing

@testable import HashingGate

@Suite("The line of attempts")
struct AttemptLineTests {
    private func line(
        atOnce: Int = 8, failuresAllowed: Int = 10, queue: Int = 64, patience: Duration = .seconds(20)
    ) -> AttemptLine {
        AttemptLine(atOnce: atOnce, failuresAllowed: failuresAllowed, queue: queue, patience: patience) { $0 }
    }

    /// The most that were under way at once when 40 came together.
    private func most(_ line: AttemptLine, _ subject: @escaping @Sendable (Int) -> String?) -> Int {
        let counts = Mutex((now: 0, most: 0))
        let results = inParallel(40) { index in
            try line.turn(of: subject(index)) {
                counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                usleep(2000)
                counts.withLock { $0.now -= 1 }
            }
        }
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        return counts.withLock { $0.most }
    }

    @Test("of one account a few are under way, and never as many as may fail", arguments: [(10, 3), (2, 2), (1, 1)])
    func ofOne(allowed: Int, expected: Int) {
        #expect(most(line(failuresAllowed: allowed)) { _ in "alice" } == expected)
    }

    @Test("of many accounts as many as the program takes; names of nobody are not held together")
    func ofMany() {
        #expect(most(line()) { "user \($0)" } == 8)
        #expect(most(line()) { _ in nil } == 8)
    }

    @Test("who waits for a crowded account is overtaken by others")
    func overtaking() throws {
        let line = line(failuresAllowed: 1)
        let released = DispatchSemaphore(value: 0)
        for _ in 0..<2 { Thread.detachNewThread { try? line.turn(of: "alice") { released.wait() } } }
        #expect(eventually { line.underWay == 1 && line.waiting == 1 })
        #expect(try line.turn(of: "bob") { true })
        released.signal()
        released.signal()
    }

    @Test("past the queue, and past its patience, an attempt is refused with the seconds to wait")
    func full() throws {
        let line = line(atOnce: 1, queue: 1, patience: .milliseconds(200))
        let released = DispatchSemaphore(value: 0)
        Thread.detachNewThread { try? line.turn(of: nil) { released.wait() } }
        #expect(eventually { line.underWay == 1 })
        let refusals = inParallel(2) { _ in try line.turn(of: nil) {} }
        for refusal in refusals {
            #expect(throws: PasswordHashingError.self) { try refusal.get() }
        }
        released.signal()
        #expect(eventually { line.underWay == 0 })
        #expect(try line.turn(of: nil) { true })
    }
}

extension AttemptLine {
    fileprivate var waiting: Int { state.withLock { $0.waiting.count } }
    fileprivate var underWay: Int { state.withLock { $0.underWay } }
}
