import Glibc
import Secrets
import Tokens

/// Reads and replaces the files of the directory of keys.
///
/// A file appears whole or not at all, is on disk before its name is, and has its mode and its owner
/// before it has a name that anybody looks for.
struct KeyDirectory: Sendable {
    enum File: String {
        case signing = "signing.json"
        case verifying = "verify.json"
        case published = "jwks.json"
        case refresh = "refresh.key"

        /// The owner writes, the group of the programs that need it reads; all may read public keys.
        var mode: mode_t { self == .published ? 0o644 : 0o640 }
    }

    let path: String

    /// Nil if there is no such file.
    func read(_ file: File) throws(KeyStoreError) -> SecretBytes? {
        do throws(SecretFileError) {
            return try SecretFile.read(path(of: file)).contents
        } catch {
            if error == .unreadable(ENOENT) { return nil }
            throw .keys(.file(error))
        }
    }

    func write(_ file: File, _ contents: SecretBytes) throws(KeyStoreError) {
        let temporary = "\(path)/.\(file.rawValue).\(getpid())"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(file) }
        defer { close(descriptor) }
        keepOwner(of: file, for: descriptor)
        guard fchmod(descriptor, file.mode) == 0, Self.writeAll(contents, to: descriptor), fsync(descriptor) == 0,
            rename(temporary, path(of: file)) == 0
        else {
            let error = failure(file)
            unlink(temporary)
            throw error
        }
        try synchronize(after: file)
    }

    /// Written once: a new one would end every session.
    func createRefreshKey() throws(KeyStoreError) {
        var status = stat()
        if stat(path(of: .refresh), &status) == 0 { return }
        guard errno == ENOENT else { throw failure(.refresh) }
        try write(.refresh, .random(count: 32))
    }

    /// Makes the directory if it is missing, and waits for another command that changes keys to end.
    /// The directory is open to all, for nginx reads `jwks.json` in it; each file has a mode of its own.
    func lock() throws(KeyStoreError) -> KeyDirectoryLock {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .directory(errno) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .directory(errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let code = errno
                close(descriptor)
                throw .directory(code)
            }
        }
        return KeyDirectoryLock(descriptor: descriptor)
    }
}

/// Held while keys are changed. The kernel drops it if the process ends.
struct KeyDirectoryLock {
    fileprivate let descriptor: Int32

    func release() { close(descriptor) }
}

extension KeyDirectory {
    private func path(of file: File) -> String { "\(path)/\(file.rawValue)" }

    private func failure(_ file: File) -> KeyStoreError { .cannotWrite(file: file.rawValue, code: errno) }

    /// The group that packaging gave a file stays. Only root may give files away; whoever else writes
    /// keys keeps them, and the mode protects them all the same.
    private func keepOwner(of file: File, for descriptor: Int32) {
        var status = stat()
        guard stat(path(of: file), &status) == 0 else { return }
        if fchown(descriptor, status.st_uid, status.st_gid) != 0 {
            _ = fchown(descriptor, uid_t.max, status.st_gid)
        }
    }

    private static func writeAll(_ contents: SecretBytes, to descriptor: Int32) -> Bool {
        contents.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                if count >= 0 { written += count } else if errno != EINTR { return false }
            }
            return true
        }
    }

    /// Makes the new name last through a power cut.
    private func synchronize(after file: File) throws(KeyStoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(file) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(file) }
    }
}
