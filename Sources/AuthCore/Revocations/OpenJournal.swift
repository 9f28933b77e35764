import Glibc

/// A journal file held open for reading, and how far it was read.
final class OpenJournal {
    private let file: FileDescriptor
    private let device: dev_t
    private let inode: ino_t
    /// Of the records it had when it was opened.
    let recordCount: Int
    /// The next byte to read: always between two records.
    private var offset = JournalFormat.size
    /// The size at the last look; more than `offset` while a record at the end is incomplete.
    private(set) var seen = 0

    /// - Throws: `.damaged` when it does not begin with a journal's header.
    init(_ path: String) throws(RevocationsUnavailable) {
        file = try FileDescriptor(path, O_RDONLY)
        let status = try file.status()
        device = status.st_dev
        inode = status.st_ino
        recordCount = max(0, Int(status.st_size) / JournalFormat.size - 1)
        guard try file.read(JournalFormat.size, at: 0) == JournalFormat.header else { throw .damaged }
    }

    func isSame(as status: stat) -> Bool { status.st_dev == device && status.st_ino == inode }

    /// True when the file ends with a whole record.
    var endsWhole: Bool { seen == offset }

    /// Calls `body` with each whole record not read before, in the order they were written.
    /// - Throws: `.damaged` at a record no version writes; those before it have been given to `body`.
    func forEachNew(_ body: (Revocation) -> Void) throws(RevocationsUnavailable) {
        while true {
            let bytes = try file.read(Self.chunk, at: offset)
            let whole = bytes.count - bytes.count % JournalFormat.size
            for start in stride(from: 0, to: whole, by: JournalFormat.size) {
                let record = bytes.withUnsafeBytes { buffer in
                    JournalFormat.decode(UnsafeRawBufferPointer(rebasing: buffer[start..<start + JournalFormat.size]))
                }
                guard let record else { throw .damaged }
                body(record)
            }
            offset += whole
            seen = offset + bytes.count % JournalFormat.size
            if bytes.count < Self.chunk { return }
        }
    }

    /// Bytes a read asks for; a multiple of a record.
    private static let chunk = 64 * 1024
}
