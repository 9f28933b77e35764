/// Who decides when a password hash may be computed. Every computation of `PasswordHasher`, of
/// whatever algorithm, goes through one.
public protocol HashAdmission: Sendable {
    /// Runs `computation` once there is room for it, on whichever thread, and returns what it made.
    /// One admission never waits for another, so a caller may ask for several in turn.
    ///
    /// - Parameter memory: what the computation takes while it runs, in bytes.
    /// - Throws: what `computation` throws; or why it was not begun.
    func admit<Outcome: Sendable>(
        memory: Int, _ computation: @escaping @Sendable () throws(PasswordHashingError) -> Outcome
    ) throws(PasswordHashingError) -> Outcome
}

/// Begins everything at once, on the caller's thread: for a process that hashes for one person only,
/// one password after the other.
public struct ImmediateAdmission: HashAdmission {
    public init() {}

    public func admit<Outcome: Sendable>(
        memory: Int, _ computation: @escaping @Sendable () throws(PasswordHashingError) -> Outcome
    ) throws(PasswordHashingError) -> Outcome {
        try computation()
    }
}
