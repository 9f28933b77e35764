import Glibc

/// A directory of one test, removed at the test's end with the plain files in it. In memory where
/// the system has such a place, so that thousands of synchronised writes cost little.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() throws {
        let parent = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/fcgi-auth-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw CannotMakeDirectory() }
        path = made
    }

    struct CannotMakeDirectory: Error {}

    deinit {
        if let listing = opendir(path) {
            while let entry = readdir(listing) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(listing)
        }
        rmdir(path)
    }

    /// The path of a file in it, which need not exist.
    public func file(_ name: String) -> String { path + "/" + name }
}
