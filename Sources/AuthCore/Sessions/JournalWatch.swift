import Database
public import Revocations
import Synchronization

/// What the threads of one program know of the journal together: whether a verifier could go by it, and
/// whether it was told all that the store says. Whoever finds that it was not puts it right for all.
public final class JournalWatch: Sendable {
    private struct State: ~Copyable {
        /// Sees what a verifier sees, and so what it would refuse everything for.
        let reader: RevocationReader
        /// How often the journal could not be told of something committed.
        var failures = 0
        /// How many of those a restoration has made good.
        var healed = 0
        /// How many restorations could not be done, and why the last could not.
        var refusals = 0
        var refusal: StoreError?
    }

    private let state: Mutex<State>
    /// Had by the one thread that restores.
    private let restoring = Mutex(())

    public init(_ journal: RevocationJournal) {
        state = Mutex(State(reader: journal.reader()))
    }

    /// One stat(2) when nothing has changed.
    var isIntact: Bool {
        state.withLock { $0.healed == $0.failures && (try? $0.reader.refresh()) != nil }
    }

    var isSettled: Bool { state.withLock { $0.healed == $0.failures } }

    /// What the journal was not told, by number: a restoration that reads the store afterwards tells it.
    var failures: Int { state.withLock { $0.failures } }

    /// Something that is committed the journal was not told.
    func failed() { state.withLock { $0.failures += 1 } }

    /// One thread restores while the others wait, and they are content with what it did: nobody does
    /// again what was just done, nor waits again for what was just waited for in vain.
    /// - Parameters:
    ///   - isEnough: whether nothing has to be done any more.
    ///   - restoration: returns which failures it has made good, by what `failures` was before it read the store.
    func heal(
        unless isEnough: () -> Bool, _ restoration: () throws(StoreError) -> Int
    ) throws(StoreError) {
        let before = state.withLock { $0.refusals }
        try restoring.withLock { (_) throws(StoreError) in
            if isEnough() { return }
            if let refusal = refusal(since: before) { throw refusal }
            do throws(StoreError) {
                let known = try restoration()
                state.withLock { $0.healed = max($0.healed, known) }
            } catch {
                state.withLock { state in
                    state.refusals += 1
                    state.refusal = error
                }
                throw error
            }
        }
    }

    private func refusal(since count: Int) -> StoreError? {
        state.withLock { $0.refusals == count ? nil : $0.refusal }
    }
}
