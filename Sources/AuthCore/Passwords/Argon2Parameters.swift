/// What one Argon2id computation costs (RFC 9106 section 3.1), within bounds: a stored string that
/// asked for more memory than this could stop the machine at a single login.
public struct Argon2Parameters: Equatable, Sendable {
    /// Memory, in KiB; at least 8 for each lane.
    public let memoryKiB: UInt32
    /// Passes over the memory.
    public let time: UInt32
    /// Lanes; computed one after the other in one thread, so that a hash costs one processor.
    public let lanes: UInt32

    /// 1 GiB, in KiB.
    public static let maximumMemoryKiB: UInt32 = 1 << 20
    public static let maximumTime: UInt32 = 16
    public static let maximumLanes: UInt32 = 8

    /// The floor of the OWASP password storage cheat sheet: 19 MiB, two passes.
    public static let standard = Argon2Parameters(memory: 19_456, time: 2, lanes: 1)

    private init(memory: UInt32, time: UInt32, lanes: UInt32) {
        memoryKiB = memory
        self.time = time
        self.lanes = lanes
    }

    /// What a computation takes while it runs, in bytes.
    public var memoryBytes: Int { Int(memoryKiB) * 1024 }

    /// Nil outside the bounds.
    public init?(memoryKiB: Int, time: Int, lanes: Int = 1) {
        guard (1...Int(Self.maximumLanes)).contains(lanes), (1...Int(Self.maximumTime)).contains(time),
            (8 * lanes...Int(Self.maximumMemoryKiB)).contains(memoryKiB)
        else { return nil }
        self.init(memory: UInt32(memoryKiB), time: UInt32(time), lanes: UInt32(lanes))
    }

    /// Whether less memory or fewer passes are asked for than `other` asks for. Lanes do not count:
    /// the memory is shared among them.
    func isWeaker(than other: Argon2Parameters) -> Bool {
        memoryKiB < other.memoryKiB || time < other.time
    }
}
