import Identity

/// The bytes of a journal: a header of 32 bytes, then records of 32. Header and records fill a page
/// evenly, so an append the system cuts short at a page's end still ends between two records.
///
///     header  0..<16  "fcgi-auth-rvk" and zeros     16..<20  version, little-endian    20..<32  zeros
///     record  0       kind: 1 session, 2 account, 3 keys changed
///             1..<8   `until`, seconds since 1970, little-endian
///             8..<24  id (zeros for kind 3)
///             24..<32 minimum epoch, little-endian (zero for kinds 1 and 3)
enum JournalFormat {
    /// In bytes, of the header and of a record.
    static let size = 32

    static let header: [UInt8] =
        Array("fcgi-auth-rvk".utf8) + [0, 0, 0] + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 12)

    static func encode(_ revocations: some Sequence<Revocation>) -> [UInt8] {
        var bytes: [UInt8] = []
        for revocation in revocations {
            switch revocation {
            case .session(let id, let until): append(kind: 1, until, id.bits, epoch: 0, to: &bytes)
            case .account(let id, let epoch, let until): append(kind: 2, until, id.bits, epoch: epoch, to: &bytes)
            case .keysChanged(let until): append(kind: 3, until, IDBits(high: 0, low: 0), epoch: 0, to: &bytes)
            }
        }
        return bytes
    }

    /// - Parameter record: exactly 32 bytes.
    /// - Returns: nil for a kind that no version writes, or an epoch below zero.
    static func decode(_ record: UnsafeRawBufferPointer) -> Revocation? {
        precondition(record.count == size)
        let first = UInt64(littleEndian: record.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        let until = Timestamp(seconds: Int64(first >> 8))
        let id = IDBits(
            high: UInt64(bigEndian: record.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            low: UInt64(bigEndian: record.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
        let epoch = Int64(littleEndian: record.loadUnaligned(fromByteOffset: 24, as: Int64.self))
        switch first & 0xff {
        case 1: return .session(SessionID(bits: id), until: until)
        case 2: return epoch < 0 ? nil : .account(AccountID(bits: id), minimumEpoch: epoch, until: until)
        case 3: return .keysChanged(until: until)
        default: return nil
        }
    }

    private static func append(kind: UInt64, _ until: Timestamp, _ id: IDBits, epoch: Int64, to bytes: inout [UInt8]) {
        // Rounded up: a record must not end before the token it voids.
        let seconds = UInt64(clamping: until.seconds) + 1
        appendWord((min(seconds, 0xff_ffff_ffff_ffff) << 8 | kind).littleEndian, to: &bytes)
        appendWord(id.high.bigEndian, to: &bytes)
        appendWord(id.low.bigEndian, to: &bytes)
        appendWord(UInt64(bitPattern: epoch).littleEndian, to: &bytes)
    }

    private static func appendWord(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
    }
}
