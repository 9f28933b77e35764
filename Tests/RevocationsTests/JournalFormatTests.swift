import Identity
import Testing

@testable import Revocations

@Suite("Journal: bytes")
struct JournalFormatTests {
    private func decode(_ bytes: [UInt8]) -> Revocation? { bytes.withUnsafeBytes { JournalFormat.decode($0) } }

    @Test("header and record are 32 bytes each")
    func sizes() {
        #expect(JournalFormat.header.count == 32)
        #expect(JournalFormat.encode([.session(session(1), until: later)]).count == 32)
        #expect(JournalFormat.encode([.session(session(1), until: later), .keysChanged(until: now)]).count == 64)
    }

    @Test("a record is laid out as documented")
    func layout() throws {
        let id = try #require(AccountID("01020304-0506-0708-090a-0b0c0d0e0f10"))
        let bytes = JournalFormat.encode([.account(id, minimumEpoch: 0x0102, until: Timestamp(seconds: 0x0a0b))])
        #expect(bytes[0] == 2)
        #expect(Array(bytes[1..<8]) == [0x0c, 0x0a, 0, 0, 0, 0, 0])
        #expect(Array(bytes[8..<24]) == Array(1...16))
        #expect(Array(bytes[24..<32]) == [2, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test("what is written is read, and ends a second later at most, never earlier")
    func roundTrip() throws {
        for milliseconds: Int64 in [0, 1, 999, 1000, 1_800_000_000_123, .max] {
            let until = Timestamp(milliseconds: milliseconds)
            for revocation: Revocation in [
                .session(session(5), until: until), .account(account(6), minimumEpoch: .max, until: until),
                .keysChanged(until: until),
            ] {
                let read = try #require(decode(JournalFormat.encode([revocation])))
                #expect(read.until >= until || milliseconds == .max)
                #expect(read.until - until <= .seconds(1))
                switch (revocation, read) {
                case (.session(let written, _), .session(let read, _)): #expect(written == read)
                case (.account(let written, .max, _), .account(let read, .max, _)): #expect(written == read)
                case (.keysChanged, .keysChanged): break
                default: Issue.record("another kind")
                }
            }
        }
    }

    @Test("a kind that no version writes is refused", arguments: [0, 4, 255] as [UInt8])
    func unknownKind(_ kind: UInt8) {
        #expect(decode([kind] + [UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test("an epoch below zero is refused")
    func negativeEpoch() {
        #expect(decode([2] + [UInt8](repeating: 0, count: 30) + [0x80]) == nil)
    }
}
