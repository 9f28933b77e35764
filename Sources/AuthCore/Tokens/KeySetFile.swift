public import Identity

/// `verify.json`, followed while the program runs, so that a new key needs no restart.
///
/// For one thread. The file is looked at (one stat) once a second, and at once for a `kid` that is
/// unknown, so the first token of a new key is not refused; but not more often than
/// `unknownKeyInterval`, so tokens with invented key names cost little.
public final class KeySetFile: VerificationKeySource {
    private static let interval = Duration.seconds(1)
    private static let unknownKeyInterval = Duration.milliseconds(50)

    private let file: KeyFile<VerificationKeySet>

    /// Throws if there are no good keys at the start.
    public init(path: String) throws(KeySetError) {
        file = try KeyFile(path: path, parse: VerificationKeySet.parse)
    }

    /// Why the file as it is now cannot be used, while the keys from before are.
    public var problem: KeySetError? { file.problem }

    public var keys: VerificationKeySet { file.contents }

    /// Another number as soon as other keys were read.
    public var generation: Int { file.generation }

    /// Looks at the file if that was not done for a second.
    public func follow(at now: Timestamp) {
        file.refresh(at: now, atMostEvery: Self.interval)
    }

    public func key(
        _ kid: String, at now: Timestamp, tokenLifetime: Duration
    ) -> (key: VerificationKey, until: Timestamp)? {
        follow(at: now)
        if let key = file.contents.key(kid, at: now, tokenLifetime: tokenLifetime) { return key }
        file.refresh(at: now, atMostEvery: Self.unknownKeyInterval)
        return file.contents.key(kid, at: now, tokenLifetime: tokenLifetime)
    }

    /// Reads the file again, whatever it looks like; for when something else says that it changed.
    public func reloadNow() { file.reload() }
}
