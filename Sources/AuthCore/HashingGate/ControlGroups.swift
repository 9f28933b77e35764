/// The limits of the control groups this process is in: its own and those above it, each of which
/// may be the tightest. Version 2 (cgroup-v2.rst, "cpu.max" and "memory.max") and, where a system
/// still has it, version 1.
struct ControlGroups {
    /// Processors' worth of time, rounded down, at least 1; nil without a limit.
    let processors: Int?
    /// In bytes; nil without a limit.
    let memory: Int?

    init(root: String) {
        var processors: [Int] = []
        var memory: [Int] = []
        for line in lines(of: root + "/proc/self/cgroup") {
            // hierarchy:controllers:path
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            for group in Self.groups(fields[2]) {
                if controllers.isEmpty {
                    let directory = root + "/sys/fs/cgroup" + group
                    processors += Self.share(lines(of: directory + "/cpu.max").first)
                    memory += lines(of: directory + "/memory.max").compactMap { Int($0) }
                }
                if controllers.contains("cpu") {
                    let directory = root + "/sys/fs/cgroup/cpu" + group
                    let quota = lines(of: directory + "/cpu.cfs_quota_us").first ?? ""
                    let period = lines(of: directory + "/cpu.cfs_period_us").first ?? ""
                    processors += Self.share("\(quota) \(period)")
                }
                if controllers.contains("memory") {
                    let directory = root + "/sys/fs/cgroup/memory" + group
                    memory += lines(of: directory + "/memory.limit_in_bytes").compactMap { Int($0) }
                }
            }
        }
        self.processors = processors.min()
        self.memory = memory.min()
    }

    /// `/a/b`, `/a` and the root, which is empty. In a container the path may be the host's; the
    /// root is then the container's own group.
    private static func groups(_ path: Substring) -> [Substring] {
        var groups: [Substring] = []
        var rest = path
        while let slash = rest.lastIndex(of: "/") {
            if rest.count > 1 { groups.append(rest) }
            rest = rest[..<slash]
        }
        return groups + [""]
    }

    /// Of `QUOTA PERIOD`, both in microseconds; no limit when the quota is `max` or -1.
    private static func share(_ text: (some StringProtocol)?) -> [Int] {
        let words = text.map { $0.split(separator: " ") } ?? []
        guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0 else {
            return []
        }
        return [max(1, quota / period)]
    }
}
