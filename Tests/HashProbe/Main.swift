import CArgon2
import Glibc
import Synchronization
import Threads

/// What libargon2 by itself computes on this machine, for scripts/bench_writes.py:
///
///     hash-probe THREADS SECONDS MEMORY_KIB PASSES
///
/// Threads that call argon2id_hash_raw one after the other, as in any C program. Prints hashes a second, and the processor time of one
/// in microseconds.
@main
enum Main {
    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt32($0) }
        guard numbers.count == 4 else {
            print("usage: hash-probe THREADS SECONDS MEMORY_KIB PASSES")
            exit(64)
        }
        let (threads, seconds, memory, passes) = (numbers[0], numbers[1], numbers[2], numbers[3])
        let count = Count()
        let end = Threads.Semaphore()
        let clock = ContinuousClock()
        let began = clock.now
        for _ in 0..<threads {
            let code = startThread {
                let password = [UInt8]("a password for benchmarks".utf8)
                let salt = [UInt8](repeating: 7, count: 16)
                var tag = [UInt8](repeating: 0, count: 32)
                while clock.now - began < .seconds(Int(seconds)) {
                    let status = argon2id_hash_raw(
                        passes, memory, 1, password, password.count, salt, salt.count, &tag, tag.count)
                    precondition(status == ARGON2_OK.rawValue, "argon2id")
                    count.value.add(1, ordering: .relaxed)
                }
                end.signal()
            }
            precondition(code == 0, "no thread")
        }
        for _ in 0..<threads { end.wait() }
        let hashes = Double(count.value.load(ordering: .relaxed))
        print(hashes / ((clock.now - began) / .seconds(1)), processorTime() / hashes)
    }

    /// Of this process, in microseconds.
    private static func processorTime() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) * 1e6 + Double($0.tv_usec) }.reduce(0, +)
    }

    private final class Count: Sendable {
        let value = Atomic(0)
    }
}
