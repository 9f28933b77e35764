import Database
import FileLocks
import Synchronization
import Threads

/// Whose turn it is to write, among the programs of one site: two bytes of the file `writing` in
/// AUTH_RUNTIME, one for who writes and one for who is next. To write, one must first be next, so a busy
/// program can't overtake those who wait; SQLite's own waiting would let it, again and again.
///
/// It is a courtesy and keeps nothing safe; SQLite's lock does. A program that was stopped while it was
/// its turn holds the others up once, for `patience`; until it goes on they do without turns, and so they
/// do where the file can't be had.
///
/// `@unchecked Sendable`: `file` is used by whoever takes turns, one thread at a time, and by the thread
/// that waits in its place only from `asked` to `answered`.
final class WriteTurn: CommitTurn, @unchecked Sendable {
    private enum State {
        /// Nobody of this program holds or wants it.
        case free
        case held
        /// Another thread waits for it, because the kernel's wait has no time limit.
        case waited
        /// That took too long: when it comes to an end, the turn is given back at once.
        case abandoned
    }

    private static let writing = 0
    private static let next = 1

    private let file: LockFile
    private let patience: Duration
    private let state = Mutex(State.free)
    private let asked = Semaphore()
    private let answered = Semaphore()
    /// Only for who takes turns.
    private var hasThread = false

    init(directory: String, patience: Duration = .milliseconds(500)) {
        file = LockFile("writing", in: directory)
        self.patience = patience
    }

    func take() {
        guard state.withLock({ $0 }) == .free else { return }
        do throws(LockFileUnavailable) {
            try file.open()
            if try takeFree() { return state.withLock { $0 = .held } }
        } catch {
            return file.close()
        }
        if startThreadOnce() { wait() } else { file.close() }
    }

    /// Whether it is this program's turn now.
    var isHeld: Bool { state.withLock { $0 == .held } }

    func giveBack() {
        guard state.withLock({ $0 }) == .held else { return }
        if (try? file.unlock(Self.writing)) == nil { file.close() }
        state.withLock { $0 = .free }
    }

    /// Keeps the place of who is next when somebody else writes.
    private func takeFree() throws(LockFileUnavailable) -> Bool {
        guard try file.lock(Self.next, waiting: false) else { return false }
        guard try file.lock(Self.writing, waiting: false) else { return false }
        try file.unlock(Self.next)
        return true
    }

    private func wait() {
        state.withLock { $0 = .waited }
        asked.signal()
        if answered.wait(upTo: patience) { return }
        let isLate = state.withLock { state in
            guard state == .waited else { return false }
            state = .abandoned
            return true
        }
        // It came in the last moment.
        if !isLate { answered.wait() }
    }

    private func startThreadOnce() -> Bool {
        if !hasThread { hasThread = startThread { self.waitForOthers() } == 0 }
        return hasThread
    }

    // MARK: The thread that waits

    private func waitForOthers() {
        while true {
            asked.wait()
            let isOurs = (try? takeInTurn()) != nil
            if !isOurs { file.close() }
            let isWanted = state.withLock { state in
                guard state == .waited else { return false }
                state = isOurs ? .held : .free
                return true
            }
            if isWanted {
                answered.signal()
            } else {
                if isOurs, (try? file.unlock(Self.writing)) == nil { file.close() }
                state.withLock { $0 = .free }
            }
        }
    }

    private func takeInTurn() throws(LockFileUnavailable) {
        try file.lock(Self.next, waiting: true)
        try file.lock(Self.writing, waiting: true)
        try file.unlock(Self.next)
    }
}
