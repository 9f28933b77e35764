/// How much hashing the machine is given. All programs of one site come to the same figures, so
/// that they share the same places.
public struct HashingCapacity: Equatable, Sendable {
    /// Hashes computed at once on the whole machine, by all programs together.
    public let atOnce: Int
    /// What one of them takes, in bytes: AUTH_ARGON2_MEMORY.
    public let memoryEach: Int
    /// The most that a stored digest may ask for, in bytes. One that asks for more than `memoryEach`
    /// is computed beside the others, one such at a time on the whole machine.
    public let memoryOfHeaviest: Int

    /// Bytes that all hashes together take at most, leaving out a heavier one.
    public var memory: Int { atOnce * memoryEach }

    /// One hash for each processor, and at most half of the memory; a heavier one takes a quarter at most.
    ///
    /// - Parameters:
    ///   - atOnce: what the admin chose; nil to derive it.
    ///   - memoryEach: in bytes.
    public init(atOnce: Int?, memoryEach: Int, on machine: MachineLimits) {
        let each = max(1, memoryEach)
        self.atOnce = atOnce ?? max(1, min(machine.processors, machine.memory / 2 / each))
        self.memoryEach = memoryEach
        memoryOfHeaviest = max(memoryEach, machine.memory / 4)
    }
}
