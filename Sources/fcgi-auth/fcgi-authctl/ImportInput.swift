import AccountImport
import Glibc

/// The file that an import reads, in one go.
enum ImportInput {
    /// - Parameter path: `-` for standard input.
    static func read(_ path: String) throws(Refusal) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refusal("the file can't be read: \(String(cString: strerror(errno)))") }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Refusal("the file can't be read: \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += part[..<count]
            guard bytes.count <= UserFile.maximumBytes else {
                throw Refusal("the file is longer than \(UserFile.maximumBytes >> 20) MiB")
            }
        }
    }
}
