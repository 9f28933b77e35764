public import FastCGI
import Glibc
public import HTTP
public import Settings

extension Concurrency {
    /// Requests that wait while all workers hash; past it a 503 is the honest answer.
    private static let queue = 64
    /// Workers of a program that only reads and writes the store.
    private static let storeThreads = 4

    /// signup, login and account hash, each in a process of its own.
    private static let hashingPrograms = 3

    /// As many workers as may hash at once, so that the workers are the gate: a program's memory for
    /// hashing is `threads` times AUTH_ARGON2_MEMORY and no more.
    public static func hashing(
        _ settings: Settings, overloaded: @escaping @Sendable (Request) -> Response
    ) -> Concurrency {
        let threads = settings.hashConcurrency ?? derived(memory: settings.argon2Memory)
        return .workers(threads: threads, queue: queue, overloaded: overloaded)
    }

    /// For programs that wait for the store and compute nothing.
    public static func storing(overloaded: @escaping @Sendable (Request) -> Response) -> Concurrency {
        .workers(threads: storeThreads, queue: 4 * queue, overloaded: overloaded)
    }

    /// One worker for each core, as long as all programs together take at most half of the memory
    /// that the cgroup, or else the machine, allows.
    private static func derived(memory: Int) -> Int {
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let limit = min(machine, cgroupLimit() ?? machine)
        return max(1, min(cores, limit / 2 / hashingPrograms / max(1, memory)))
    }

    /// memory.max of this process's cgroup (v2), in bytes; nil where there is no limit.
    private static func cgroupLimit() -> Int? {
        guard let line = firstLine("/proc/self/cgroup"), line.hasPrefix("0::") else { return nil }
        return firstLine("/sys/fs/cgroup" + line.dropFirst(3) + "/memory.max").flatMap { Int($0) }
    }

    private static func firstLine(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 4096)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 && $0 != 10 }
        return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
