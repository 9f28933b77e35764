import Foundation
import Testing

@testable import HashingGate

/// How many hashes at once follows from what the process may use of the machine (N-R3, R-16).
@Suite("Hashing capacity")
struct CapacityTests {
    /// /proc and /sys of a made-up machine, removed with the test.
    private final class Machine {
        let root = FileManager.default.temporaryDirectory.appending(path: "fcgi-auth-" + UUID().uuidString)

        init(_ files: [String: String]) throws {
            let usual = [
                "/proc/meminfo": "MemTotal:       16777216 kB\nMemFree:  1 kB\n",
                "/proc/self/status": "Name:\tlogin\nCpus_allowed_list:\t0-15\n",
                "/proc/self/cgroup": "0::/system.slice/login.service\n",
            ]
            for (path, text) in usual.merging(files, uniquingKeysWith: { $1 }) {
                let file = root.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
        }

        deinit { try? FileManager.default.removeItem(at: root) }

        func limits(online: Int = 8) -> MachineLimits { .read(root: root.path, online: online) }
    }

    private static let group = "/sys/fs/cgroup/system.slice/login.service"

    @Test("without limits it is the machine's processors and memory")
    func unlimited() throws {
        let machine = try Machine([Self.group + "/memory.max": "max\n", Self.group + "/cpu.max": "max 100000\n"])
        #expect(machine.limits() == MachineLimits(processors: 8, memory: 16 << 30))
    }

    @Test("the affinity mask counts", arguments: [("0-1", 2), ("0,2-3,7", 4), ("5", 1), ("0-127", 8), ("odd", 8)])
    func affinity(list: String, processors: Int) throws {
        let machine = try Machine(["/proc/self/status": "Cpus_allowed:\tff\nCpus_allowed_list:\t\(list)\n"])
        #expect(machine.limits().processors == processors)
    }

    @Test("the tightest of a group and those above it counts")
    func parents() throws {
        let machine = try Machine([
            Self.group + "/memory.max": "\(512 << 20)\n", Self.group + "/cpu.max": "400000 100000\n",
            "/sys/fs/cgroup/system.slice/memory.max": "\(256 << 20)\n",
            "/sys/fs/cgroup/system.slice/cpu.max": "250000 100000\n",
        ])
        #expect(machine.limits() == MachineLimits(processors: 2, memory: 256 << 20))
    }

    @Test("a share of one processor is one")
    func fraction() throws {
        let machine = try Machine([Self.group + "/cpu.max": "20000 100000\n"])
        #expect(machine.limits().processors == 1)
    }

    @Test("a container's own group is the root that it sees")
    func container() throws {
        let machine = try Machine([
            "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "\(128 << 20)\n",
            "/sys/fs/cgroup/cpu.max": "300000 100000\n",
        ])
        #expect(machine.limits() == MachineLimits(processors: 3, memory: 128 << 20))
    }

    @Test("control groups of version 1 count too")
    func versionOne() throws {
        let machine = try Machine([
            "/proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/a/b\n0::/\n",
            "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "\(300 << 20)\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "200000\n",
            "/sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ])
        #expect(machine.limits() == MachineLimits(processors: 2, memory: 300 << 20))
    }

    @Test("where nothing can be read little is used")
    func unreadable() {
        #expect(MachineLimits.read(root: "/nonexistent", online: 4).memory == 256 << 20)
    }

    @Test(
        "one for each processor, half of the memory at most, at least one",
        arguments: [(8, 16 << 30, 8), (8, 256 << 20, 6), (1, 16 << 30, 1), (4, 16 << 20, 1), (64, 1 << 30, 26)])
    func derived(processors: Int, memory: Int, atOnce: Int) {
        let capacity = HashingCapacity(
            atOnce: nil, memoryEach: 19 << 20, on: MachineLimits(processors: processors, memory: memory))
        #expect(capacity.atOnce == atOnce)
        #expect(capacity.memory == atOnce * (19 << 20))
        #expect(atOnce == 1 || capacity.memory <= memory / 2)
    }

    @Test("what the admin sets is taken")
    func set() {
        let capacity = HashingCapacity(
            atOnce: 3, memoryEach: 64 << 20, on: MachineLimits(processors: 1, memory: 1 << 30))
        #expect(capacity.atOnce == 3)
        #expect(capacity.memoryOfHeaviest == 256 << 20)
    }
}
