import Glibc
import Identity
import Synchronization
import TestFixtures
import Testing

@testable import Revocations

/// Stands for the store's table.
private final class RevocationRows: Sendable {
    let rows = Mutex<[Revocation]>([])
}

@Suite("Journal: writing")
struct RevocationJournalTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let journal: RevocationJournal

    init() throws {
        directory = try TemporaryDirectory()
        path = RevocationJournal.path(in: directory.path)
        journal = RevocationJournal(directory: directory.path)
    }

    /// What a reader that starts now knows.
    private func read(at time: Timestamp = now) throws -> RevocationReader {
        let reader = RevocationReader(path: path)
        try reader.refresh()
        return reader
    }

    @Test("appending makes no journal where there is none")
    func appendToNothing() {
        #expect(throws: RevocationsUnavailable.missing) {
            try journal.append([.session(session(1), until: later)], at: now)
        }
        #expect(throws: RevocationsUnavailable.missing) { try journal.check() }
        #expect(access(path, F_OK) != 0)
    }

    @Test("without its directory there is no journal to restore")
    func noDirectory() {
        let nowhere = RevocationJournal(directory: directory.file("none"))
        #expect(throws: RevocationsUnavailable.missing) { try nowhere.restore(at: now) { [] } }
    }

    @Test("journal and lock are for owner and group, whatever the umask")
    func modes() throws {
        let mask = umask(0o077)
        defer { umask(mask) }
        try journal.create()
        for name in [path, directory.file("revocations.lock")] {
            var status = stat()
            #expect(stat(name, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o660)
        }
        #expect(access(path + ".new", F_OK) != 0)
    }

    @Test("restoring a journal that says enough makes a new file that says the same")
    func restoreNothing() throws {
        try journal.create(with: [.session(session(1), until: later)])
        let before = (inode: inode(of: path), size: size(of: path))
        try journal.restore(at: now) { [.session(session(1), until: later)] }
        #expect(inode(of: path) != before.inode)
        #expect(size(of: path) == before.size)
    }

    @Test("restoring adds what the store says and keeps what it does not")
    func union() throws {
        try journal.create()
        try journal.append([.session(session(1), until: later)], at: now)
        try journal.restore(at: now) {
            [.session(session(2), until: later), .account(account(3), minimumEpoch: 2, until: later)]
        }
        let reader = try read()
        #expect(reader.isRevoked(session(1)))
        #expect(reader.isRevoked(session(2)))
        #expect(reader.isRevoked(account(3), epoch: 1))
    }

    @Test("a record that would end too early is written again")
    func extends() throws {
        try journal.create(with: [.session(session(1), until: later)])
        try journal.restore(at: now) { [.session(session(1), until: later + .seconds(60))] }
        #expect(try read(at: later + .seconds(30)).isRevoked(session(1)))
    }

    @Test("restoring a damaged journal keeps its good records and adds the store's")
    func damaged() throws {
        try journal.create(with: [.session(session(1), until: later)])
        appendRaw([UInt8](repeating: 9, count: 32), to: path)
        try journal.restore(at: now) { [.session(session(2), until: later)] }
        let reader = try read()
        #expect(reader.isRevoked(session(1)))
        #expect(reader.isRevoked(session(2)))
        #expect(!reader.isRevoked(session(3)))
    }

    @Test("after an append that was cut short the next is refused until the journal is restored")
    func tornRecord() throws {
        try journal.create(with: [.session(session(1), until: later)])
        appendRaw([1, 2, 3], to: path)
        #expect(throws: RevocationsUnavailable.damaged) {
            try journal.append([.session(session(2), until: later)], at: now)
        }
        try journal.restore(at: now) { [.session(session(2), until: later)] }
        let reader = try read()
        #expect(reader.isRevoked(session(1)))
        #expect(reader.isRevoked(session(2)))
        #expect(size(of: path) % 32 == 0)
    }

    @Test("an emptied journal is refused and restored")
    func emptied() throws {
        try journal.create(with: [.session(session(1), until: later)])
        truncate(path, 0)
        #expect(throws: RevocationsUnavailable.damaged) {
            try journal.append([.session(session(2), until: later)], at: now)
        }
        try journal.restore(at: now) { [.session(session(1), until: later)] }
        #expect(try read().isRevoked(session(1)))
    }

    @Test("a restore that cannot read the store changes nothing")
    func storeUnreadable() throws {
        struct Unreadable: Error {}
        #expect(throws: Unreadable.self) { try journal.restore(at: now) { throw Unreadable() } }
        #expect(access(path, F_OK) != 0)
    }

    @Test("what the journal lacks is told without writing")
    func missingRecords() throws {
        try journal.create(with: [.session(session(1), until: later)])
        let before = size(of: path)
        let missing = try journal.missing(from: [
            .session(session(1), until: later), .session(session(2), until: later),
        ])
        #expect(missing == [.session(session(2), until: later)])
        #expect(size(of: path) == before)
    }

    @Test("appends of many threads are all whole")
    func parallelAppends() throws {
        try journal.create()
        let journal = journal
        let results = inParallel(16) { thread in
            for number in 0..<50 {
                try journal.append([.session(session(UInt64(thread * 1000 + number)), until: later)], at: now)
            }
        }
        for result in results { #expect(throws: Never.self) { try result.get() } }
        #expect(size(of: path) == 32 + 16 * 50 * 32)
        let reader = try read()
        for thread in 0..<16 {
            for number in 0..<50 { #expect(reader.isRevoked(session(UInt64(thread * 1000 + number)))) }
        }
    }

    @Test("no append is lost while the journal is replaced again and again")
    func appendsAgainstReplacement() throws {
        let journal = RevocationJournal(directory: directory.path, patience: .seconds(10), compactionThreshold: 0)
        try journal.create()
        let path = path
        let store = RevocationRows()
        let results = inParallel(8) { thread in
            for number in 0..<40 {
                if thread == 0 { appendRaw([UInt8](repeating: 9, count: 32), to: path) }
                let new = Revocation.session(session(UInt64(thread * 1000 + number)), until: later)
                store.rows.withLock { $0.append(new) }
                let old = (0..<30).map { Revocation.session(session(UInt64(1_000_000 + $0)), until: stale) }
                guard (try? journal.append(old + [new], at: now)) == nil || thread == 0 else { continue }
                try journal.restore(at: now) { store.rows.withLock(\.self) }
            }
        }
        for result in results { #expect(throws: Never.self) { try result.get() } }
        let reader = try read()
        for thread in 0..<8 {
            for number in 0..<40 { #expect(reader.isRevoked(session(UInt64(thread * 1000 + number)))) }
        }
    }

    @Test("a lock that is not given back is waited for, and not for ever")
    func locked() throws {
        try journal.create()
        let impatient = RevocationJournal(directory: directory.path, patience: .milliseconds(20))
        let lock = try JournalLock.acquire(.exclusive, in: directory.path, patience: .zero)
        #expect(throws: RevocationsUnavailable.busy) {
            try impatient.append([.session(session(1), until: later)], at: now)
        }
        _ = consume lock
        #expect(throws: Never.self) { try impatient.append([.session(session(1), until: later)], at: now) }
    }

    @Test("a lock file deleted under its holder does not lock for the next")
    func deletedLock() throws {
        let first = try JournalLock.acquire(.exclusive, in: directory.path, patience: .zero)
        unlink(directory.file("revocations.lock"))
        let second = try JournalLock.acquire(.exclusive, in: directory.path, patience: .zero)
        #expect(throws: RevocationsUnavailable.busy) {
            _ = try JournalLock.acquire(.shared, in: directory.path, patience: .zero)
        }
        _ = consume first
        _ = consume second
    }

    @Test("a long journal that is mostly out of date is made short, and readers follow")
    func compaction() throws {
        let journal = RevocationJournal(directory: directory.path, compactionThreshold: 100)
        try journal.create(with: [.session(session(1), until: later)])
        let reader = try read()
        for batch in 0..<40 as Range<UInt64> {
            let old = (0..<100).map { Revocation.session(session(1000 + batch * 100 + $0), until: stale) }
            try journal.append(old, at: now)
            try reader.refresh()
        }
        #expect(size(of: path) < 2048 * 32)
        #expect(reader.isRevoked(session(1)))
        try journal.append([.session(session(2), until: later)], at: now)
        try reader.refresh()
        #expect(reader.isRevoked(session(2)))
    }

    @Test("a long journal that is not out of date stays as it is")
    func noCompaction() throws {
        let journal = RevocationJournal(directory: directory.path, compactionThreshold: 100)
        try journal.create()
        let before = inode(of: path)
        for batch in 0..<20 as Range<UInt64> {
            try journal.append((0..<100).map { .session(session(batch * 100 + $0), until: later) }, at: now)
        }
        #expect(inode(of: path) == before)
    }
}
