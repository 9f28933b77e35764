import Glibc

extension SettingsFile {
    /// A configuration is a page or two; a longer file is some other file. In bytes.
    static let maximumBytes = 64 * 1024

    /// Reads the file at `path`; nil if there is none.
    static func load(path: String) -> SettingsFile? {
        // O_NONBLOCK: a named pipe must not keep a program from starting.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return errno == ENOENT || errno == ENOTDIR ? nil : SettingsFile(path: path, unreadable: lastError())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return SettingsFile(path: path, unreadable: lastError()) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return SettingsFile(path: path, unreadable: "not a regular file")
        }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return read(descriptor, rest.baseAddress, rest.count)
            }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return SettingsFile(path: path, unreadable: lastError()) }
            if got == 0 { break }
            count += got
        }
        guard count <= maximumBytes else {
            return SettingsFile(path: path, unreadable: "longer than \(maximumBytes) bytes")
        }
        return SettingsFile(parsing: Array(bytes.prefix(count)), path: path)
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
