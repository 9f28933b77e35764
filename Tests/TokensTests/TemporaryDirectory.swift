import Glibc
import Testing

/// A directory of a test's own, removed with it.
final class TemporaryDirectory {
    let root: String

    init() throws {
        var template = Array("/tmp/fcgi-auth-tests-XXXXXX".utf8CString)
        let name = template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress, let name = mkdtemp(start) else { return nil }
            return String(cString: name)
        }
        root = try #require(name)
    }

    deinit {
        for name in names() { unlink(path(name)) }
        rmdir(root)
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Everything in it, files that begin with a dot included.
    func names() -> [String] {
        guard let directory = opendir(root) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func write(_ name: String, _ text: String) throws {
        let file = try #require(fopen(path(name), "w"))
        fputs(text, file)
        fclose(file)
    }

    func read(_ name: String) throws -> String {
        let file = try #require(fopen(path(name), "r"))
        defer { fclose(file) }
        var text: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { text.append(UInt8(byte)) }
        return String(decoding: text, as: UTF8.self)
    }

    func status(_ name: String) throws -> stat {
        var status = stat()
        try #require(stat(path(name), &status) == 0)
        return status
    }
}
