import CLinux
import Glibc

/// Why a lock file could not be opened, made or locked.
public struct LockFileUnavailable: Error {
    public let reason: String

    /// What the last system call said.
    init(_ call: String) {
        reason = "\(call): \(String(cString: strerror(errno)))"
    }
}

/// A file in AUTH_RUNTIME that the programs share, each of whose bytes is a lock. The locks are the open
/// file description's (fcntl(2), F_OFD_*), so two of these in one process keep each other out as well,
/// and the kernel gives them back when the process ends, however it ends. For one thread at a time.
public final class LockFile {
    private let directory: String
    private let path: String
    private var descriptor: Int32 = -1

    /// Opens nothing yet.
    public init(_ name: String, in directory: String) {
        self.directory = directory
        path = directory + "/" + name
    }

    deinit { close() }

    /// Before the first lock, and again whenever somebody may have deleted the file: the other programs
    /// lock what has the name.
    public func open() throws(LockFileUnavailable) {
        if descriptor >= 0, hasName() { return }
        close()
        descriptor = Glibc.open(path, Self.flags)
        if descriptor < 0, errno == ENOENT {
            try make()
            descriptor = Glibc.open(path, Self.flags)
        }
        guard descriptor >= 0 else { throw LockFileUnavailable(path) }
    }

    /// Gives back every lock.
    public func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }

    /// False when another has it and this does not wait.
    @discardableResult
    public func lock(_ byte: Int, waiting: Bool) throws(LockFileUnavailable) -> Bool {
        if set(F_WRLCK, byte, waiting ? F_OFD_SETLKW : F_OFD_SETLK) { return true }
        guard !waiting, errno == EAGAIN || errno == EACCES else { throw LockFileUnavailable("fcntl") }
        return false
    }

    public func unlock(_ byte: Int) throws(LockFileUnavailable) {
        guard set(F_UNLCK, byte, F_OFD_SETLK) else { throw LockFileUnavailable("fcntl") }
    }

    private func set(_ kind: Int32, _ byte: Int, _ command: Int32) -> Bool {
        var range: flock = .init()
        range.l_type = Int16(kind)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = byte
        range.l_len = 1
        while fcntl(descriptor, command, &range) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }

    private static let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW

    private func hasName() -> Bool {
        var (held, named) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev
            && held.st_ino == named.st_ino
    }

    /// The file gets its name when every program may open it: mode 0660, and the directory's group
    /// when the process may give it. When another had one first, that is it.
    private func make() throws(LockFileUnavailable) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let made = mkstemp(&template)
        guard made >= 0 else { throw LockFileUnavailable(path) }
        defer {
            _ = Glibc.close(made)
            unlink(template)
        }
        var parent = stat()
        if stat(directory, &parent) == 0 { _ = fchown(made, uid_t.max, parent.st_gid) }
        guard fchmod(made, 0o660) == 0, link(template, path) == 0 || errno == EEXIST else {
            throw LockFileUnavailable(path)
        }
    }
}
