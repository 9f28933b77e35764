public import Revocations
import Synchronization

/// What the threads of one program know of the journal together: whether a verifier could go by it, and
/// whether it was told all that the store says. One thread may find out and another put it right.
public final class JournalWatch: Sendable {
    private struct State: ~Copyable {
        /// Sees what a verifier sees, and so what it would refuse everything for.
        let reader: RevocationReader
        /// How often the journal could not be told of something committed.
        var failures = 0
        /// How many of those a restoration has made good.
        var healed = 0
    }

    private let state: Mutex<State>

    public init(_ journal: RevocationJournal) {
        state = Mutex(State(reader: journal.reader()))
    }

    /// One stat(2) when nothing has changed.
    var isIntact: Bool {
        state.withLock { $0.healed == $0.failures && (try? $0.reader.refresh()) != nil }
    }

    var isSettled: Bool { state.withLock { $0.healed == $0.failures } }

    /// Something that is committed the journal was not told.
    func failed() { state.withLock { $0.failures += 1 } }

    /// Calls `restoration`, which makes good every failure that came before it, and none that comes meanwhile.
    func healing(_ restoration: () throws -> Void) rethrows {
        let known = state.withLock { $0.failures }
        try restoration()
        state.withLock { $0.healed = max($0.healed, known) }
    }
}
