import Glibc
import Identity
import Revocations
import TestFixtures
import Testing

@Suite("Journal: reading")
struct RevocationReaderTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let journal: RevocationJournal
    private let reader: RevocationReader

    init() throws {
        directory = try TemporaryDirectory()
        path = RevocationJournal.path(in: directory.path)
        journal = RevocationJournal(directory: directory.path)
        reader = RevocationReader(path: path)
    }

    @Test("everything is revoked until the journal has been read")
    func closedAtFirst() throws {
        #expect(reader.isRevoked(session(1)))
        try journal.create()
        #expect(reader.isRevoked(session(1)))
        try reader.refresh()
        #expect(!reader.isRevoked(session(1)))
    }

    @Test("while there is no journal everything is revoked, and good again when it is back")
    func missing() throws {
        for _ in 0..<2 {
            #expect(throws: RevocationsUnavailable.missing) { try reader.refresh() }
            #expect(reader.isRevoked(session(1)))
        }
        try journal.create(with: [.session(session(1), until: later)])
        try reader.refresh()
        #expect(reader.isRevoked(session(1)))
        #expect(!reader.isRevoked(session(2)))
        unlink(path)
        #expect(throws: RevocationsUnavailable.missing) { try reader.refresh() }
        #expect(reader.isRevoked(session(2)))
        try journal.create()
        try reader.refresh()
        #expect(!reader.isRevoked(session(2)))
    }

    @Test("what was appended is seen by the next refresh, a thousand times in a row")
    func appends() throws {
        try journal.create()
        for number in 1...1000 as ClosedRange<UInt64> {
            try reader.refresh()
            #expect(!reader.isRevoked(session(number)))
            try journal.append([.session(session(number), until: later)], at: now)
            try reader.refresh()
            #expect(reader.isRevoked(session(number)))
        }
        #expect(reader.isRevoked(session(1)))
    }

    @Test("tokens below an account's minimum epoch are void, those at it are good, and it never falls")
    func epochs() throws {
        try journal.create()
        try journal.append([.account(account(1), minimumEpoch: 5, until: later)], at: now)
        try journal.append([.account(account(1), minimumEpoch: 3, until: later)], at: now)
        try reader.refresh()
        #expect(reader.isRevoked(account(1), epoch: 4))
        #expect(!reader.isRevoked(account(1), epoch: 5))
        #expect(!reader.isRevoked(account(2), epoch: 1))
    }

    @Test("a session and an account of the same number are two things")
    func kinds() throws {
        let bits = IDBits(high: 1, low: 1)
        try journal.create(with: [.session(SessionID(bits: bits), until: later)])
        try reader.refresh()
        #expect(!reader.isRevoked(session: session(3), account: AccountID(bits: bits), epoch: 0))
    }

    @Test("a journal put in the place of another is read whole")
    func replaced() throws {
        try journal.create(with: [.session(session(1), until: later)])
        try reader.refresh()
        unlink(path)
        try journal.create(with: [.session(session(2), until: later)])
        try reader.refresh()
        #expect(!reader.isRevoked(session(1)))
        #expect(reader.isRevoked(session(2)))
    }

    @Test("a journal moved away is noticed, even with its old name's file still linked elsewhere")
    func movedAway() throws {
        try journal.create()
        try reader.refresh()
        #expect(link(path, path + ".copy") == 0)
        unlink(path)
        #expect(throws: RevocationsUnavailable.missing) { try reader.refresh() }
    }

    @Test("a record at the end that is not whole is read once it is")
    func incompleteTail() throws {
        try journal.create(with: [.session(session(1), until: later)])
        let record = try wholeRecord(of: session(2))
        appendRaw(Array(record.prefix(13)), to: path)
        try reader.refresh()
        #expect(reader.isRevoked(session(1)))
        #expect(!reader.isRevoked(session(2)))
        try reader.refresh()
        appendRaw(Array(record.dropFirst(13)), to: path)
        try reader.refresh()
        #expect(reader.isRevoked(session(2)))
    }

    @Test("a journal cut short is refused, however often it is looked at, until another takes its place")
    func truncated() throws {
        try journal.create(with: [.session(session(1), until: later), .session(session(2), until: later)])
        try reader.refresh()
        truncate(path, 64)
        for _ in 0..<3 {
            #expect(throws: RevocationsUnavailable.damaged) { try reader.refresh() }
            #expect(reader.isRevoked(session(3)))
        }
        unlink(path)
        try journal.create(with: [.session(session(1), until: later)])
        try reader.refresh()
        #expect(reader.isRevoked(session(1)))
        #expect(!reader.isRevoked(session(3)))
    }

    @Test("what is not a journal of this version is refused", arguments: ["", "fcgi-auth-rvk", "x"])
    func badHeader(_ beginning: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(beginning, file)
        if beginning == "x" { for _ in 0..<63 { fputc(0, file) } }
        fclose(file)
        #expect(throws: RevocationsUnavailable.damaged) { try reader.refresh() }
        #expect(reader.isRevoked(session(1)))
    }

    @Test("another version's journal is refused")
    func otherVersion() throws {
        try journal.create()
        let file = open(path, O_WRONLY)
        pwrite(file, [2] as [UInt8], 1, 16)
        close(file)
        #expect(throws: RevocationsUnavailable.damaged) { try reader.refresh() }
    }

    @Test("a record that no version writes closes everything until the journal is mended")
    func unknownRecord() throws {
        try journal.create(with: [.session(session(1), until: later)])
        try reader.refresh()
        appendRaw([UInt8](repeating: 9, count: 32), to: path)
        for _ in 0..<2 {
            #expect(throws: RevocationsUnavailable.damaged) { try reader.refresh() }
            #expect(reader.isRevoked(session(7)))
        }
        try journal.restore(at: now) { [] }
        try reader.refresh()
        #expect(reader.isRevoked(session(1)))
        #expect(!reader.isRevoked(session(7)))
    }

    @Test("a directory, a link or a missing directory in its place is refused")
    func otherKinds() throws {
        mkdir(path, 0o755)
        #expect(throws: RevocationsUnavailable.self) { try reader.refresh() }
        rmdir(path)
        try journal.create()
        rename(path, path + ".real")
        symlink(path + ".real", path)
        #expect(throws: RevocationsUnavailable.self) { try reader.refresh() }
        let nowhere = RevocationReader(path: directory.path + "/none/revocations")
        #expect(throws: RevocationsUnavailable.missing) { try nowhere.refresh() }
    }

    /// what is revoked stays so when the clock was ahead for a time.
    @Test("a journal restored while the clock is ahead forgets nothing, nor does who reads it then")
    func clockAhead() throws {
        try journal.create(with: [.session(session(1), until: later)])
        try journal.restore(at: later + .seconds(3600)) { [] }
        try reader.refresh()
        #expect(reader.isRevoked(session(1)))
    }

    @Test("new keys are announced by a record and by a new journal, and by nothing else")
    func keys() throws {
        try journal.create()
        try reader.refresh()
        let first = reader.keysGeneration
        try journal.append([.session(session(1), until: later)], at: now)
        try reader.refresh()
        #expect(reader.keysGeneration == first)
        try journal.append([.keysChanged(until: later)], at: now)
        try reader.refresh()
        let second = reader.keysGeneration
        #expect(second != first)
        try reader.refresh()
        #expect(reader.keysGeneration == second)
        unlink(path)
        try journal.create()
        try reader.refresh()
        #expect(reader.keysGeneration != second)
    }

    private func wholeRecord(of session: SessionID) throws -> [UInt8] {
        let other = try TemporaryDirectory()
        try RevocationJournal(directory: other.path).create(with: [.session(session, until: later)])
        let file = open(RevocationJournal.path(in: other.path), O_RDONLY)
        defer { close(file) }
        var record = [UInt8](repeating: 0, count: 32)
        #expect(pread(file, &record, 32, 32) == 32)
        return record
    }
}
