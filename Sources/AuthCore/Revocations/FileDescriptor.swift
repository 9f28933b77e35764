import Glibc

/// One open file; closed exactly once, when it goes out of use.
struct FileDescriptor: ~Copyable {
    let number: Int32

    /// - Parameter flags: of open(2); O_CLOEXEC and O_NOFOLLOW are added.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(RevocationsUnavailable) {
        number = retrying { open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode) }
        if number < 0 { throw .fromErrno() }
    }

    /// A new file for this user alone. The last six characters, `XXXXXX`, become what no other has.
    init(temporary template: inout [CChar]) throws(RevocationsUnavailable) {
        number = mkstemp(&template)
        if number < 0 { throw .fromErrno() }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(number) }

    func status() throws(RevocationsUnavailable) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .fromErrno() }
        return status
    }

    /// Reads up to `count` bytes at `offset`; fewer only at the end of the file.
    func read(_ count: Int, at offset: Int) throws(RevocationsUnavailable) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let size = bytes.withUnsafeMutableBytes { buffer in
                retrying { pread(number, buffer.baseAddress.map { $0 + filled }, count - filled, offset + filled) }
            }
            guard size >= 0 else { throw .fromErrno() }
            if size == 0 { break }
            filled += size
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// One write(2) of all the bytes. With O_APPEND no other append comes in between.
    func write(_ bytes: [UInt8]) throws(RevocationsUnavailable) {
        let size = bytes.withUnsafeBytes { buffer in
            retrying { Glibc.write(number, buffer.baseAddress, buffer.count) }
        }
        guard size >= 0 else { throw .fromErrno() }
        guard size == bytes.count else { throw .failed("short write") }
    }

    /// To the disk, where there is one; on tmpfs this costs nothing.
    func synchronize() throws(RevocationsUnavailable) {
        guard retrying({ fdatasync(number) }) == 0 else { throw .fromErrno() }
    }

    /// Owner and group read and write, whatever the umask; the group is the directory's when the
    /// process may give it, so that the programs' users share the file.
    func shareWithGroup(of directory: String) throws(RevocationsUnavailable) {
        var status = stat()
        if stat(directory, &status) == 0 { _ = fchown(number, uid_t.max, status.st_gid) }
        guard fchmod(number, 0o660) == 0 else { throw .fromErrno() }
    }
}

extension RevocationsUnavailable {
    /// What the last system call said.
    static func fromErrno() -> RevocationsUnavailable {
        let code = errno
        return code == ENOENT || code == ENOTDIR ? .missing : .failed(String(cString: strerror(code)))
    }
}

/// Repeats a system call that a signal interrupted.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
