import Foundation
import Passwords
import Synchronization
import TestFixtures
import Testing

@testable import HashingGate

/// At most so many computations at once over all that share a directory (N-R3). Two gates stand for
/// two programs: each has open files, threads and a queue of its own.
@Suite("The hashing gate")
struct GateTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func gate(_ atOnce: Int, queue: Int = 64, patience: Duration = .seconds(20)) -> HashingGate {
        let machine = MachineLimits(processors: 8, memory: 1 << 20)
        return HashingGate(
            HashingCapacity(atOnce: atOnce, memoryEach: 1000, on: machine), directory: directory.path, queue: queue,
            patience: patience)
    }

    /// Counts those inside, and what the most was.
    private final class Inside: Sendable {
        private let counts = Mutex((now: 0, most: 0, all: 0))

        @Sendable func visit() {
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) }
            usleep(2000)
            counts.withLock { $0.now -= 1 }
        }

        var most: Int { counts.withLock { $0.most } }
        var all: Int { counts.withLock { $0.all } }
    }

    /// A computation that lasts until it is let go.
    private final class Blocked: Sendable {
        private let begun = DispatchSemaphore(value: 0)
        private let released = DispatchSemaphore(value: 0)

        init(_ gate: HashingGate, memory: Int = 1000) {
            Thread.detachNewThread { [begun, released] in
                try? gate.admit(memory: memory) {
                    begun.signal()
                    released.wait()
                }
            }
            begun.wait()
        }

        func release() { released.signal() }
    }

    @Test("two programs together compute no more than that at once, and all is computed", arguments: [1, 2, 3])
    func machineWide(atOnce: Int) {
        let gates = [gate(atOnce), gate(atOnce)]
        let inside = Inside()
        let results = inParallel(40) { index in try gates[index % 2].admit(memory: 1000) { inside.visit() } }
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        #expect(inside.most == atOnce)
        #expect(inside.all == 40)
    }

    @Test("a program that floods does not keep another from its turn")
    func fairness() throws {
        let (flooding, calm) = (gate(1), gate(1))
        let done = Mutex(false)
        for _ in 0..<50 {
            Thread.detachNewThread {
                while !done.withLock({ $0 }) { _ = try? flooding.admit(memory: 1000) { usleep(1000) } }
            }
        }
        defer { done.withLock { $0 = true } }
        for _ in 0..<20 {
            let turns = Mutex(0)
            let time = try ContinuousClock().measure { try calm.admit(memory: 1000) { turns.withLock { $0 += 1 } } }
            #expect(time < .milliseconds(500))
        }
    }

    @Test("those that wait begin in the order they came")
    func order() {
        let one = gate(1)
        let first = Blocked(one)
        let order = Mutex<[Int]>([])
        let finished = DispatchGroup()
        for index in 0..<10 {
            finished.enter()
            Thread.detachNewThread {
                try? one.admit(memory: 1000) { order.withLock { $0.append(index) } }
                finished.leave()
            }
            #expect(eventually { one.waiting == index + 1 })
        }
        first.release()
        finished.wait()
        #expect(order.withLock { $0 } == Array(0..<10))
    }

    @Test("past the queue it says so at once, with the seconds to wait")
    func full() throws {
        let one = gate(1, queue: 2)
        let first = Blocked(one)
        let waiting = (0..<2).map { _ in
            let group = DispatchGroup()
            group.enter()
            Thread.detachNewThread {
                try? one.admit(memory: 1000) {}
                group.leave()
            }
            return group
        }
        #expect(eventually { one.waiting == 2 })
        #expect(throws: PasswordHashingError.gateFull(retryAfter: 1)) { try one.admit(memory: 1000) {} }
        first.release()
        for group in waiting { group.wait() }
        try one.admit(memory: 1000) {}
    }

    @Test("nobody waits for ever behind a computation that does not end")
    func patience() throws {
        let one = gate(1, patience: .milliseconds(50))
        let first = Blocked(one)
        let ran = Mutex(false)
        #expect(throws: PasswordHashingError.gateFull(retryAfter: 1)) {
            try one.admit(memory: 1000) { ran.withLock { $0 = true } }
        }
        first.release()
        try one.admit(memory: 1000) {}
        #expect(!ran.withLock { $0 })
    }

    @Test("nothing is kept for the next computation while it waits for another program's, nor when it is withdrawn")
    func memoryGivenBack() {
        let other = Blocked(gate(1))
        let releases = Mutex(0)
        let lane = HashingLane(
            directory: directory.path, region: .ordinary(1), queue: 1, patience: .milliseconds(20)
        ) { releases.withLock { $0 += 1 } }
        #expect(throws: PasswordHashingError.gateFull(retryAfter: 1)) { try lane.run(HashingLane.Job { _ in }) }
        #expect(eventually { releases.withLock { $0 } == 1 })
        other.release()
        #expect(eventually { releases.withLock { $0 } == 2 })
    }

    @Test("one that needs more memory runs beside the others, one at a time on the machine")
    func heavy() throws {
        let gates = [gate(1), gate(1)]
        let ordinary = Blocked(gates[0])
        let inside = Inside()
        let results = inParallel(6) { index in try gates[index % 2].admit(memory: 5000) { inside.visit() } }
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        #expect(inside.most == 1 && inside.all == 6)
        ordinary.release()
    }

    @Test("one that needs more than the machine can give is refused")
    func tooHeavy() {
        #expect(throws: PasswordHashingError.outOfMemory) { try gate(1).admit(memory: 1 << 20) {} }
    }

    @Test("the file is shared with the group, and made again when it is deleted")
    func file() throws {
        let one = gate(1)
        try one.admit(memory: 1) {}
        let path = directory.file("hashing")
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
        unlink(path)
        try one.admit(memory: 1) {}
        #expect(stat(path, &status) == 0)
    }

    @Test("without the directory nothing is computed, and it goes on when that is back")
    func noDirectory() throws {
        let path = directory.file("run")
        let machine = MachineLimits(processors: 1, memory: 1 << 20)
        let gate = HashingGate(HashingCapacity(atOnce: 1, memoryEach: 1, on: machine), directory: path)
        #expect {
            try gate.admit(memory: 1) {}
        } throws: { error in
            if case .gateUnavailable = error as? PasswordHashingError { true } else { false }
        }
        #expect(mkdir(path, 0o700) == 0)
        defer {
            unlink(path + "/hashing")
            rmdir(path)
        }
        try gate.admit(memory: 1) {}
    }

    @Test("what a computation throws comes back to who asked")
    func failure() {
        #expect(throws: PasswordHashingError.library(-7)) {
            try gate(1).admit(memory: 1) { () throws(PasswordHashingError) in throw .library(-7) }
        }
    }
}

extension HashingGate {
    fileprivate var waiting: Int { ordinary.state.withLock { $0.waiting.count } }
}
