public import Database
import SQLiteDriver
import Sessions
public import Settings
import Throttling

/// What the threads of one program have together: the connection they write through, what they know of
/// the revocation journal, and what they count before it is written.
public final class SharedStore: Sendable {
    let commits: GroupCommit
    /// Nil where there is no journal.
    let watch: JournalWatch?
    let gathered = GatheredAttempts.Counts()

    /// Opens nothing yet.
    /// - Throws: when this version has no driver for the store that is set.
    public init(_ settings: Settings) throws(StoreError) {
        commits = GroupCommit(
            try Store.current(settings, cache: .many), turn: WriteTurn(directory: settings.runtime))
        watch = Store.journal(settings).map(JournalWatch.init)
    }
}
