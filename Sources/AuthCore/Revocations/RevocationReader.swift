import Glibc
public import Identity

/// The journal as one verifying thread sees it: reads without a lock, writes nothing.
///
/// Fails closed: until a `refresh` has succeeded, and whenever the last one has thrown, `isRevoked`
/// says true of everything. Not for more than one thread.
public final class RevocationReader {
    private let path: String
    private var journal: OpenJournal?
    /// A journal that has lost records; kept open so that no other file is given its inode.
    private var shortened: OpenJournal?
    private var revoked = RevocationSet()

    /// Rises whenever verification keys may have changed; compare for inequality only.
    public private(set) var keysGeneration = 0

    /// - Parameter path: of the journal, `AUTH_RUNTIME/revocations`; it need not exist yet.
    public init(path: String) {
        self.path = path
    }

    /// Takes in what was appended since the last call. One stat(2) when there is nothing: by name
    /// and not by descriptor, so that a journal deleted, moved away or replaced is noticed however
    /// it happened. Inode numbers can't mislead: ours is not given out again while it is open.
    /// Records that have ended count as well: whether they have is the clock's word, which may be wrong.
    public func refresh() throws(RevocationsUnavailable) {
        do throws(RevocationsUnavailable) {
            var status = stat()
            guard stat(path, &status) == 0 else { throw .fromErrno() }
            // A journal only grows; it is made shorter by another taking its place. One that shrank
            // would let revoked tokens in again, and stays refused until it is replaced.
            if let shortened, shortened.isSame(as: status) { throw .damaged }
            if let journal, journal.isSame(as: status) {
                if status.st_size == journal.seen { return }
                if status.st_size > journal.seen { return try readOn(in: journal) }
                shortened = journal
                throw .damaged
            }
            try start()
            shortened = nil
        } catch {
            journal = nil
            revoked = RevocationSet()
            throw error
        }
    }

    /// Whether a token of this session, account and epoch is void.
    public func isRevoked(session: SessionID, account: AccountID, epoch: Int64) -> Bool {
        journal == nil || revoked.isRevoked(session: session, account: account, epoch: epoch)
    }

    private func start() throws(RevocationsUnavailable) {
        let opened = try OpenJournal(path)
        revoked = RevocationSet(expecting: opened.recordCount)
        // The records that said so may be in a journal that was never seen.
        keysGeneration += 1
        try readOn(in: opened)
        journal = opened
    }

    private func readOn(in journal: OpenJournal) throws(RevocationsUnavailable) {
        try journal.forEachNew { revocation in
            if case .keysChanged = revocation { keysGeneration += 1 }
            revoked.insert(revocation)
        }
    }
}
