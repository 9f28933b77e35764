import Glibc
import Identity
import Revocations

/// A fixed time, and ids without chance in them.
let now = Timestamp(seconds: 1_800_000_000)
let later = now + .seconds(900)
/// Out of date, by more than rounding.
let stale = now - .seconds(10)

func session(_ number: UInt64) -> SessionID { SessionID(bits: IDBits(high: 7, low: number)) }
func account(_ number: UInt64) -> AccountID { AccountID(bits: IDBits(high: 9, low: number)) }

extension RevocationJournal {
    /// An empty journal, or one with these records.
    func create(with revocations: [Revocation] = []) throws {
        try restore(at: now) { revocations }
    }
}

extension RevocationReader {
    func isRevoked(_ session: SessionID) -> Bool { isRevoked(session: session, account: account(0), epoch: 1) }
    func isRevoked(_ account: AccountID, epoch: Int64) -> Bool {
        isRevoked(session: session(0), account: account, epoch: epoch)
    }
}

/// Bytes at the end of a file, past everything that guards it.
func appendRaw(_ bytes: [UInt8], to path: String) {
    let file = open(path, O_WRONLY | O_APPEND)
    _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    close(file)
}

func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_size : -1
}

/// Changes when another file is put in the place of the first.
func inode(of path: String) -> ino_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_ino : 0
}
