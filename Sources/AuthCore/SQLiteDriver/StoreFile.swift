import Database
import Glibc

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
    /// the programs' users share it. It gets its name when it is ready and closed.
    /// - Returns: true when it was made now.
    static func create(_ path: String) throws(StoreError) -> Bool {
        if access(path, F_OK) == 0 { return false }
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw .unavailable("cannot create the file: \(String(cString: strerror(errno)))")
        }
        defer { unlink(template) }
        var directory = stat()
        if stat(Self.directory(of: path), &directory) == 0 {
            // Allowed when the process is in that group; otherwise the file keeps the process's own.
            _ = fchown(descriptor, uid_t.max, directory.st_gid)
        }
        let hasMode = fchmod(descriptor, 0o660) == 0
        close(descriptor)
        guard hasMode else { throw .unavailable("cannot set the file's mode") }
        if link(template, path) == 0 { return true }
        guard errno == EEXIST else { throw .unavailable("cannot name the file: \(String(cString: strerror(errno)))") }
        return false
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
