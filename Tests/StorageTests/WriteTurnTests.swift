import FileLocks
import Foundation
import Synchronization
import TestFixtures
import Testing

@testable import Storage

/// Each turn stands for a program: it has an open file of its own.
@Suite("Turns to write")
struct WriteTurnTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func turn(patience: Duration = .seconds(60)) -> WriteTurn {
        WriteTurn(directory: directory.path, patience: patience)
    }

    /// Whether some program has the place of who is next.
    private func somebodyIsNext() -> Bool {
        let file = LockFile("writing", in: directory.path)
        guard (try? file.open()) != nil, let isFree = try? file.lock(1, waiting: false) else { return false }
        return !isFree
    }

    @Test("one program writes at a time, and who has just written can't overtake who waits")
    func inTurn() {
        let (busy, patient) = (turn(), turn())
        let order = Order()
        busy.take()
        Thread.detachNewThread {
            patient.take()
            order.note("patient")
            patient.giveBack()
        }
        #expect(eventually { somebodyIsNext() })
        #expect(order.entries == [])
        busy.giveBack()
        busy.take()
        order.note("busy again")
        #expect(order.entries == ["patient", "busy again"])
        busy.giveBack()
    }

    private final class Order: Sendable {
        private let noted = Mutex<[String]>([])
        var entries: [String] { noted.withLock { $0 } }
        func note(_ entry: String) { noted.withLock { $0.append(entry) } }
    }

    @Test("a program that keeps its turn holds the others up once, and has to take turns again later")
    func kept() {
        let (stopped, other) = (turn(), turn(patience: .milliseconds(30)))
        stopped.take()
        other.take()
        #expect(!other.isHeld)
        other.giveBack()
        other.take()
        #expect(!other.isHeld)
        other.giveBack()
        stopped.giveBack()
        #expect(
            eventually {
                other.take()
                defer { other.giveBack() }
                return other.isHeld
            })
    }

    @Test("a turn ends with its program")
    func ended() {
        var gone: WriteTurn? = turn()
        gone?.take()
        gone = nil
        let other = turn()
        other.take()
        #expect(other.isHeld)
    }

    @Test("where the file can't be had there are no turns, and nobody waits")
    func noFile() {
        let turn = WriteTurn(directory: directory.file("none"))
        turn.take()
        #expect(!turn.isHeld)
        turn.giveBack()
    }
}
