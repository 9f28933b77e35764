import FileLocks
import Glibc
import Passwords
import Synchronization
import Threads

/// Computations that wait in line in this process, and the threads that run them one by one, each
/// in a place of the machine's.
///
/// A thread first has a place and then takes the oldest computation, so they begin in the order
/// they came. Threads are started as they are needed and then stay.
final class HashingLane: Sendable {
    struct State {
        var waiting: [Job] = []
        var running = 0
        var threads = 0
        /// Seconds from the moment a thread wants a place to the end of its computation; a moving mean.
        var turn = 0.05
    }

    /// One computation and the thread that waits for it.
    final class Job: Sendable {
        let work: @Sendable (LockFileUnavailable?) -> Void
        let finished = Semaphore()

        /// - Parameter work: is given the reason when there is nothing to be computed.
        init(_ work: @escaping @Sendable (LockFileUnavailable?) -> Void) { self.work = work }
    }

    let state = Mutex(State())
    private let submitted = Semaphore()
    private let directory: String
    private let region: MachineSlots.Region
    private let queue: Int
    private let patience: Duration
    private let releaseMemory: @Sendable () -> Void
    /// Of setpriority(2).
    private static let niceness: Int32 = 10

    /// - Parameters:
    ///   - queue: most computations that wait.
    ///   - patience: how long each of them waits at most.
    ///   - releaseMemory: gives back what was kept for the next computation. Whoever computes holds a place,
    ///     so memory is kept from one to the next only by a thread that goes on at once.
    init(
        directory: String, region: MachineSlots.Region, queue: Int, patience: Duration,
        releaseMemory: @escaping @Sendable () -> Void = Argon2Memory.release
    ) {
        self.directory = directory
        self.region = region
        self.queue = queue
        self.patience = patience
        self.releaseMemory = releaseMemory
    }

    /// Returns when the job has been done.
    func run(_ job: Job) throws(PasswordHashingError) {
        try submit(job)
        if job.finished.wait(upTo: patience) { return }
        let (wasWaiting, estimate) = state.withLock { state in
            let index = state.waiting.firstIndex { $0 === job }
            if let index { state.waiting.remove(at: index) }
            return (index != nil, retryAfter(state))
        }
        if wasWaiting { throw .gateFull(retryAfter: estimate) }
        job.finished.wait()
    }

    private func submit(_ job: Job) throws(PasswordHashingError) {
        let (needsThread, refusal) = state.withLock { state -> (Int?, Int?) in
            guard state.waiting.count < queue else { return (nil, retryAfter(state)) }
            state.waiting.append(job)
            guard state.waiting.count + state.running > state.threads, state.threads < region.count else {
                return (nil, nil)
            }
            state.threads += 1
            return (state.threads - 1, nil)
        }
        if let refusal { throw .gateFull(retryAfter: refusal) }
        if let index = needsThread, startThread({ self.work(index) }) != 0 { try threadIsMissing(job) }
        submitted.signal()
    }

    /// Those that are there will do the work; where there is none nobody would.
    private func threadIsMissing(_ job: Job) throws(PasswordHashingError) {
        let isAlone = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return false }
            state.waiting.removeAll { $0 === job }
            return true
        }
        if isAlone { throw .gateUnavailable("no thread to hash on") }
    }

    /// When the last of those that wait now will have had its turn, in whole seconds.
    private func retryAfter(_ state: borrowing State) -> Int {
        seconds(for: state.waiting.count + state.running, state)
    }

    private func seconds(for count: Int, _ state: borrowing State) -> Int {
        max(1, Int((Double(count) / Double(region.count) * state.turn).rounded(.up)))
    }

    /// In how many seconds so many computations will have been done, at least 1.
    func secondsFor(_ count: Int) -> Int {
        state.withLock { seconds(for: count, $0) }
    }

    // MARK: The threads

    private func work(_ index: Int) {
        // nginx and verify go first; the machine's idle time is enough for hashing. Nothing hangs on it.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
        // Programs look for a place from different ends, so that their first threads do not meet.
        let slots = MachineSlots(directory: directory, region: region, home: index + Int(getpid()))
        while true {
            submitted.wait()
            let began = ContinuousClock.now
            let failure = take(slots)
            guard let job = oldest() else {
                slots.giveBack()
                releaseMemory()
                continue
            }
            job.work(failure)
            // First the place, then the waiting thread: that one may have the processor at once.
            slots.giveBack()
            let isLast = end(after: ContinuousClock.now - began)
            // The next in line computes where this one did; where there is none, nothing is kept.
            if isLast { releaseMemory() }
            job.finished.signal()
        }
    }

    private func take(_ slots: MachineSlots) -> LockFileUnavailable? {
        do throws(LockFileUnavailable) {
            // The place is another program's now, and the machine's memory with it.
            try slots.take(beforeWaiting: releaseMemory)
            return nil
        } catch {
            return error
        }
    }

    /// Nil when the one that was submitted has been withdrawn.
    private func oldest() -> Job? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            state.running += 1
            return state.waiting.removeFirst()
        }
    }

    /// - Returns: whether nothing else waits.
    private func end(after turn: Duration) -> Bool {
        state.withLock { state in
            state.running -= 1
            state.turn += (turn / .seconds(1) - state.turn) / 8
            return state.waiting.isEmpty
        }
    }
}
