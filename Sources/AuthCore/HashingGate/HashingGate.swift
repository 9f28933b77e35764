import CLinux
import FileLocks
public import Passwords
public import Settings
import Synchronization

/// The gate before every password hash: on the whole machine at most `HashingCapacity.atOnce` are
/// computed at once, in whatever programs, and in each program at most `queue` wait (OWASP ASVS 15.2.2).
///
/// Only the computation is behind the gate. Threads that wait for it hold no place, so one may ask
/// for several computations in turn and nothing can wait in a circle.
public final class HashingGate: HashAdmission {
    /// Most computations that wait in one program; past it a 503 is the honest answer.
    static let queue = 64
    /// Of those heavier than AUTH_ARGON2_MEMORY.
    static let heavyQueue = 8
    /// No computation waits longer, whatever has become of those before it.
    static let patience: Duration = .seconds(8)

    public let capacity: HashingCapacity
    let ordinary: HashingLane
    private let heavy: HashingLane

    /// As the settings and this machine have it; the programs share the file `hashing` in AUTH_RUNTIME.
    public convenience init(_ settings: Settings) {
        let capacity = HashingCapacity(
            atOnce: settings.hashConcurrency, memoryEach: settings.argon2Memory, on: .read())
        self.init(capacity, directory: settings.runtime)
    }

    /// Requests of one program that can be at the gate at once: those that wait, and those being hashed.
    public var places: Int { Self.queue + max(capacity.atOnce, attemptsAtOnce) + Self.heavyQueue + 1 }

    /// Some attempts are at the store while others are hashed.
    private var attemptsAtOnce: Int { 2 * capacity.atOnce + 2 }

    /// The line before attempts are counted, which then ask for their hash.
    ///
    /// - Parameter failuresAllowed: of one subject, before it must wait; nothing to say where attempts have none.
    public func attemptLine(failuresAllowed: Int = .max) -> AttemptLine {
        AttemptLine(
            atOnce: attemptsAtOnce, failuresAllowed: failuresAllowed, queue: Self.queue, patience: Self.patience
        ) { [ordinary] count in ordinary.secondsFor(count) }
    }

    /// What the log says when a program starts.
    public var facts: KeyValuePairs<String, String> {
        ["hashes_at_once": "\(capacity.atOnce)", "hashing_mebibytes": "\(capacity.memory >> 20)"]
    }

    /// - Parameter patience: how long a computation waits at most.
    init(_ capacity: HashingCapacity, directory: String, queue: Int = queue, patience: Duration = patience) {
        self.capacity = capacity
        ordinary = HashingLane(
            directory: directory, region: .ordinary(capacity.atOnce), queue: queue, patience: patience)
        heavy = HashingLane(
            directory: directory, region: .heavy, queue: min(queue, Self.heavyQueue), patience: patience)
        Self.giveMemoryBack()
    }

    public func admit<Outcome: Sendable>(
        memory: Int, _ computation: @escaping @Sendable () throws(PasswordHashingError) -> Outcome
    ) throws(PasswordHashingError) -> Outcome {
        guard memory <= capacity.memoryOfHeaviest else { throw .outOfMemory }
        let box = Box<Outcome>()
        let job = HashingLane.Job { failure in
            if let failure {
                box.outcome.withLock { $0 = .failure(.gateUnavailable(failure.reason)) }
            } else {
                let outcome = Result(catching: computation)
                box.outcome.withLock { $0 = outcome }
            }
        }
        try (memory <= capacity.memoryEach ? ordinary : heavy).run(job)
        guard let outcome = box.outcome.withLock({ $0 }) else { throw .gateUnavailable("no outcome") }
        return try outcome.get()
    }

    /// Where a computation leaves what it made for the thread that waits.
    private final class Box<Outcome: Sendable>: Sendable {
        let outcome = Mutex<Result<Outcome, PasswordHashingError>?>(nil)
    }

    /// Large blocks, such as a whole journal that was read, go back to the kernel at their end. By itself malloc
    /// would learn from the first to keep those that follow in its heap (mallopt(3), M_MMAP_THRESHOLD). What
    /// Argon2 works in is no block of malloc's (`Argon2Memory`).
    private static func giveMemoryBack() {
        mallopt(M_MMAP_THRESHOLD, mappedFrom)
        mallopt(M_ARENA_MAX, arenas)
    }

    /// Blocks from here on are mapped, in bytes.
    private static let mappedFrom: Int32 = 1 << 20
    /// Heaps that the threads share: many would each keep a little.
    private static let arenas: Int32 = 2
}
