import Glibc

// `fuzz TARGET [options and corpora of libFuzzer]`; `fuzz --list` names the targets.

@_silgen_name("LLVMFuzzerRunDriver")
private func runLibFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

@main
struct Main {
    static func main() {
        let names = Target.all.map(\.name)
        guard CommandLine.arguments.count > 1, CommandLine.arguments[1] != "--list" else {
            return print(names.joined(separator: "\n"))
        }
        let name = CommandLine.arguments[1]
        guard let target = Target.all.first(where: { $0.name == name }) else {
            print("no such target: \(name); there are \(names.joined(separator: " "))")
            exit(2)
        }
        Watch.target = target
        atexit { print("slowest_case_us: \(Watch.slowest / 1000)") }
        // libFuzzer reads what follows its own name.
        var count = CommandLine.argc - 1
        var arguments = CommandLine.unsafeArgv + 1
        arguments[0] = CommandLine.unsafeArgv[0]
        let limit = strdup("-max_len=\(target.maximumBytes)")
        var all = (0..<Int(count)).map { arguments[$0] }
        all.insert(limit, at: 1)
        all.append(nil)
        count += 1
        exit(
            all.withUnsafeMutableBufferPointer { list in
                guard let start = list.baseAddress else { return 2 }
                arguments = start
                return runLibFuzzer(&count, &arguments) { Watch.run($0, $1) }
            })
    }
}

/// Runs each case and knows the slowest. libFuzzer calls from one thread.
private enum Watch {
    /// A case that needs longer is a fault, in nanoseconds of processor time.
    private static let limit: Int64 = 10_000_000

    nonisolated(unsafe) static var target = Target.all[0]
    nonisolated(unsafe) static var slowest: Int64 = 0

    static func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
        let bytes = Array(UnsafeBufferPointer(start: start, count: count))
        let taken = time(CLOCK_MONOTONIC, bytes)
        guard taken > slowest else { return 0 }
        // The machine may have been busy elsewhere: the best of three says what the case costs.
        let best = (0..<3).map { _ in time(CLOCK_THREAD_CPUTIME_ID, bytes) }.reduce(taken, min)
        slowest = max(slowest, best)
        promise(best <= limit || isSanitized, "a case takes \(best / 1000) µs")
        return 0
    }

    private static func time(_ clock: clockid_t, _ bytes: [UInt8]) -> Int64 {
        let start = now(clock)
        target.check(bytes)
        return now(clock) - start
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// A sanitizer's own work counts as nobody's.
    private static let isSanitized = getenv("FUZZ_NO_TIME_LIMIT") != nil
}
