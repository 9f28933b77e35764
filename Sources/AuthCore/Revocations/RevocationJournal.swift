import Glibc
public import Identity

/// The journal for those who revoke: appends records, and puts a new file in its place when it is
/// missing, damaged or mostly out of date. What it holds is in the store as well.
///
/// When `append` or `restore` has returned, every reader's next `refresh` sees the records.
public struct RevocationJournal: Sendable {
    private let directory: String
    private let patience: Duration
    /// Records from which on a journal is worth compacting.
    private let compactionThreshold: Int

    /// - Parameters:
    ///   - directory: AUTH_RUNTIME.
    ///   - patience: how long to wait for another process's lock.
    public init(directory: String, patience: Duration = .seconds(2)) {
        self.init(directory: directory, patience: patience, compactionThreshold: 65_536)
    }

    init(directory: String, patience: Duration = .seconds(2), compactionThreshold: Int) {
        self.directory = directory
        self.patience = patience
        self.compactionThreshold = compactionThreshold
    }

    /// The journal's name in AUTH_RUNTIME.
    public static func path(in directory: String) -> String { directory + "/revocations" }

    private var path: String { Self.path(in: directory) }

    /// The journal as a verifier sees it.
    public func reader() -> RevocationReader { RevocationReader(path: path) }

    /// Adds records at the end, beside other processes doing the same.
    /// - Throws: `.missing` or `.damaged` with nothing written, the other cases with nothing certain;
    ///   `restore` is the remedy for all.
    public func append(_ revocations: [Revocation], at now: Timestamp) throws(RevocationsUnavailable) {
        guard !revocations.isEmpty else { return }
        let count = try appendSharing(revocations)
        // Once in 1024 records, because it reads the whole journal.
        if count > compactionThreshold, count % 1024 < revocations.count { compact(at: now) }
    }

    /// Makes the journal say at least what the store says, creating it when need be.
    /// - Parameter recorded: reads the store's unexpired revocations. Called when nobody else can
    ///   append: what is committed later is appended later, to the file this leaves behind.
    /// - Throws: `RevocationsUnavailable`, or what `recorded` throws.
    public func restore(at now: Timestamp, recorded: () throws -> [Revocation]) throws {
        let lock = try JournalLock.acquire(.exclusive, in: directory, patience: patience)
        let recorded = try recorded()
        var (contents, _) = try load()
        for revocation in recorded { contents.insert(revocation) }
        // What has ended stays until there is much of it: were the clock ahead just now, its tokens would
        // be good again once it is right, and nobody else would remember them.
        let cutoff = contents.recordCount > compactionThreshold ? now : Timestamp(seconds: 0)
        // Always a new file: a reader that saw the old one lose records believes no file of its inode.
        try replace(with: contents.live(at: cutoff))
        _ = consume lock
    }

    /// Those of `revocations` that the journal does not say yet: for repeating a revocation without
    /// making the journal longer each time.
    public func missing(from revocations: [Revocation]) throws(RevocationsUnavailable) -> [Revocation] {
        guard !revocations.isEmpty else { return [] }
        let (contents, isIntact) = try load(into: JournalContents(about: revocations))
        guard isIntact else { throw .damaged }
        return revocations.filter { !contents.covers($0) }
    }

    /// Returns when an append would find a journal; nothing is written.
    public func check() throws(RevocationsUnavailable) {
        _ = try appendSharing([])
    }

    /// - Returns: the number of records there are then.
    private func appendSharing(_ revocations: [Revocation]) throws(RevocationsUnavailable) -> Int {
        let lock = try JournalLock.acquire(.shared, in: directory, patience: patience)
        let count = try write(revocations)
        _ = consume lock
        return count
    }

    /// Under a lock. A write cut short leaves whole records or a tail that the next one refuses.
    @discardableResult
    private func write(_ revocations: [Revocation]) throws(RevocationsUnavailable) -> Int {
        let file = try FileDescriptor(path, O_RDWR | O_APPEND)
        guard try file.read(JournalFormat.size, at: 0) == JournalFormat.header,
            try file.status().st_size % JournalFormat.size == 0
        else { throw .damaged }
        if !revocations.isEmpty {
            try file.write(JournalFormat.encode(revocations))
            try file.synchronize()
        }
        return try file.status().st_size / JournalFormat.size - 1
    }

    /// What the journal says; `isIntact` is false when it is missing or, from some record on, unreadable.
    private func load(
        into empty: JournalContents = JournalContents()
    ) throws(RevocationsUnavailable) -> (contents: JournalContents, isIntact: Bool) {
        var contents = empty
        do throws(RevocationsUnavailable) {
            let journal = try OpenJournal(path)
            try journal.forEachNew { contents.insert($0) }
            return (contents, journal.endsWhole)
        } catch {
            guard error == .missing || error == .damaged else { throw error }
            return (contents, false)
        }
    }

    /// Best effort: the records it is called after are written, and another append tries again.
    private func compact(at now: Timestamp) {
        guard let lock = try? JournalLock.acquire(.exclusive, in: directory, patience: .zero),
            let (contents, isIntact) = try? load(), isIntact
        else { return }
        let live = contents.live(at: now)
        if live.count < contents.recordCount / 2 { try? replace(with: live) }
        _ = consume lock
    }

    /// Under the exclusive lock. Readers find either the old file or the whole new one by its name.
    private func replace(with revocations: [Revocation]) throws(RevocationsUnavailable) {
        let temporary = path + ".new"
        unlink(temporary)
        let file = try FileDescriptor(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        // What could not be finished must not take the space that an append needs.
        defer { unlink(temporary) }
        try file.shareWithGroup(of: directory)
        try file.write(JournalFormat.header + JournalFormat.encode(revocations))
        try file.synchronize()
        guard rename(temporary, path) == 0 else { throw .fromErrno() }
    }
}
