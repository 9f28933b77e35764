import Glibc

/// The journal's lock among those who write it, held until this goes out of use. Appending shares
/// it; putting another file in the journal's place excludes everybody, so that no record is ever
/// appended to a file that has lost its name. Readers take no lock.
struct JournalLock: ~Copyable {
    enum Kind { case shared, exclusive }

    private let file: FileDescriptor

    /// - Parameter patience: how long to wait for others before `.busy`; zero tries once.
    static func acquire(
        _ kind: Kind, in directory: String, patience: Duration
    ) throws(RevocationsUnavailable) -> JournalLock {
        let path = directory + "/revocations.lock"
        let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while true {
            do throws(RevocationsUnavailable) {
                let file = try openFile(path, in: directory)
                guard retrying({ flock(file.number, operation) }) == 0 else {
                    throw errno == EWOULDBLOCK ? .busy : .fromErrno()
                }
                // Somebody may have deleted the file meanwhile; then others lock another one.
                guard try hasName(path, file) else { throw .busy }
                return JournalLock(file: file)
            } catch .busy {
                guard clock.now < deadline else { throw .busy }
                usleep(2000)
            }
        }
    }

    private static func openFile(_ path: String, in directory: String) throws(RevocationsUnavailable) -> FileDescriptor
    {
        do throws(RevocationsUnavailable) {
            return try FileDescriptor(path, O_RDWR)
        } catch .missing {
            try make(path, in: directory)
            return try FileDescriptor(path, O_RDWR)
        }
    }

    /// The file gets its name when every program may open it; when another had one first, that is it.
    private static func make(_ path: String, in directory: String) throws(RevocationsUnavailable) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let file = try FileDescriptor(temporary: &template)
        defer { unlink(template) }
        try file.shareWithGroup(of: directory)
        guard link(template, path) == 0 || errno == EEXIST else { throw .fromErrno() }
    }

    private static func hasName(_ path: String, _ file: borrowing FileDescriptor) throws(RevocationsUnavailable) -> Bool
    {
        let held = try file.status()
        var named = stat()
        return stat(path, &named) == 0 && named.st_dev == held.st_dev && named.st_ino == held.st_ino
    }
}
