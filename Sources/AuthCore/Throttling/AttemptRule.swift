/// How many failures are let through without a delay, how the delays grow after that, and how
/// failures are forgotten.
public struct AttemptRule: Sendable, Equatable {
    public enum Memory: Sendable, Equatable {
        /// Failures in a row: a success forgets them all, and so does this long without another.
        case consecutive(Duration)
        /// One failure is forgotten each time this has passed; a success takes back only itself.
        case fading(oneEvery: Duration)
    }

    /// The longest that anybody must wait.
    public static let longestDelay: Duration = .seconds(15 * 60)
    /// 2 to the power of this many seconds is past the longest delay.
    static let mostDoublings: Int64 = 10

    /// Failures without a delay; at least 1.
    let free: Int64
    /// Failures beyond those for each doubling of the delay; at least 1.
    let step: Int64
    let memory: Memory

    public init(free: Int64, step: Int64 = 1, memory: Memory) {
        self.free = max(free, 1)
        self.step = max(step, 1)
        self.memory = memory
    }

    /// A second after the last free failure, and twice as long with each further `step`.
    func delay(after failures: Int64) -> Duration {
        guard failures >= free else { return .zero }
        let doublings = min((failures - free) / step, Self.mostDoublings)
        return min(.seconds(1 << doublings), Self.longestDelay)
    }
}
