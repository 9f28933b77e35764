import Glibc

/// Why a file of secrets gave none. Names neither the path nor the contents.
public enum SecretFileError: Error, Equatable, Sendable {
    /// Cannot be opened or read; the number is `errno`.
    case unreadable(Int32)
    /// A directory, a pipe, a device.
    case notAFile
    /// Longer than any file of keys is.
    case tooLong
}

/// Tells one state of a file from the next without reading it. A file replaced by renaming is another
/// inode; one written in place has another time or size.
public struct FileVersion: Equatable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int
    private let modifiedNanoseconds: Int

    /// Nil if there is no file.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
    }
}

/// A small file that holds secrets, read in one go.
public enum SecretFile {
    /// In bytes; hundreds of keys.
    public static let maximumBytes = 256 * 1024

    /// The contents, and the version they are of.
    public static func read(_ path: String) throws(SecretFileError) -> (contents: SecretBytes, version: FileVersion) {
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_size <= maximumBytes else { throw .tooLong }
        let contents = try SecretBytes(unsafeUninitializedCapacity: Int(status.st_size)) {
            (buffer) throws(SecretFileError) in try fill(buffer, from: descriptor)
        }
        return (contents, FileVersion(status))
    }

    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32
    ) throws(SecretFileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            if count == 0 { break }
            if count > 0 { filled += count } else if errno != EINTR { throw .unreadable(errno) }
        }
        return filled
    }
}
