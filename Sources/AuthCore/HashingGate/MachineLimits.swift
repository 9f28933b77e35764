import Glibc

/// What this process may use of the machine: the tightest of the hardware, the affinity mask and
/// the control groups that it is in.
public struct MachineLimits: Equatable, Sendable {
    /// Processors that can run this process at once, at least 1.
    public let processors: Int
    /// In bytes.
    public let memory: Int

    public init(processors: Int, memory: Int) {
        self.processors = max(1, processors)
        self.memory = memory
    }

    /// Of this process, now.
    public static func read() -> MachineLimits {
        read(root: "", online: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// - Parameters:
    ///   - root: put before /proc and /sys.
    ///   - online: processors that are on.
    static func read(root: String, online: Int) -> MachineLimits {
        let groups = ControlGroups(root: root)
        return MachineLimits(
            processors: min(online, allowed(root) ?? online, groups.processors ?? online),
            memory: min(machineMemory(root), groups.memory ?? .max))
    }

    /// The affinity mask, which may name processors that are off: `Cpus_allowed_list: 0-3,8` of
    /// /proc/self/status (proc(5)).
    private static func allowed(_ root: String) -> Int? {
        guard let line = lines(of: root + "/proc/self/status").first(where: { $0.hasPrefix("Cpus_allowed_list:") }),
            let list = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).last
        else { return nil }
        let counts = list.split(separator: ",").map { range -> Int in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return 0 }
            return last - first + 1
        }
        let count = counts.reduce(0, +)
        return count > 0 ? count : nil
    }

    /// MemTotal of /proc/meminfo; where that can't be read, little, so that little is used.
    private static func machineMemory(_ root: String) -> Int {
        for line in lines(of: root + "/proc/meminfo") where line.hasPrefix("MemTotal:") {
            let words = line.split(separator: " ")
            if words.count == 3, words[2] == "kB", let size = Int(words[1]) { return size << 10 }
        }
        return unknownMemory
    }

    /// 256 MiB, in bytes.
    static let unknownMemory = 256 << 20
}

/// The lines of a small file of the kernel's; none when it can't be read.
func lines(of path: String) -> [Substring] {
    guard let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var text = [UInt8](repeating: 0, count: 16 << 10)
    let count = fread(&text, 1, text.count, file)
    return String(decoding: text.prefix(count), as: UTF8.self).split(separator: "\n")
}
