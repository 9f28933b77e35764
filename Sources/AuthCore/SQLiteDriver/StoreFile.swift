internal import Database
internal import Glibc

/// Which file a name stands for: device and inode.
struct FileIdentity: Equatable {
    private let device: dev_t
    private let inode: ino_t

    /// - Throws: `.unavailable` when there is no regular file of this name, or it can't be looked at.
    init(path: String) throws(StoreError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .unavailable(
                errno == ENOENT || errno == ENOTDIR ? "the file is missing" : "the file cannot be reached")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unavailable("not a regular file") }
        device = status.st_dev
        inode = status.st_ino
    }
}

/// The file of a store, before SQLite has it. Nothing here may open a file that SQLite has open:
/// closing any descriptor of it would drop SQLite's locks (POSIX advisory locking).
enum StoreFile {
    /// Makes the empty file, which SQLite takes for an empty database, when there is none.
    /// Owner and group read and write, whatever the umask; the group is the directory's, so that
    /// the programs' users share it.
    /// - Returns: true when it was made now.
    static func create(_ path: String) throws(StoreError) -> Bool {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw .unavailable("cannot create the file: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var directory = stat()
        if stat(Self.directory(of: path), &directory) == 0 {
            // Allowed when the process is in that group; otherwise the file keeps the process's own.
            _ = fchown(descriptor, uid_t.max, directory.st_gid)
        }
        guard fchmod(descriptor, 0o660) == 0 else { throw .unavailable("cannot set the file's mode") }
        return true
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
