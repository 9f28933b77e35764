import Glibc
import Secrets
import Testing

@Suite struct SecretFileTests {
    private let path = "/tmp/fcgi-auth-secret-file-\(getpid())-\(UInt32.random(in: 0 ... .max))"

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }

    @Test("A file is read whole, with the version it has")
    func read() throws {
        defer { unlink(path) }
        try write("key", to: path)
        let (contents, version) = try SecretFile.read(path)
        #expect(contents.withUnsafeBytes { Array($0) } == Array("key".utf8))
        #expect(FileVersion(path: path) == version)
    }

    @Test("A file that was replaced or written to has another version")
    func versions() throws {
        defer { unlink(path) }
        try write("key", to: path)
        let first = try #require(FileVersion(path: path))
        try write("longer", to: path)
        let second = try #require(FileVersion(path: path))
        try write("key", to: path + ".new")
        rename(path + ".new", path)
        let third = try #require(FileVersion(path: path))
        #expect(first != second && second != third && first != third)
    }

    @Test("A missing file, a directory, a pipe and a file without end are errors")
    func refusals() throws {
        #expect(throws: SecretFileError.unreadable(ENOENT)) { try SecretFile.read(path) }
        #expect(FileVersion(path: path) == nil)
        #expect(throws: SecretFileError.notAFile) { try SecretFile.read("/tmp") }
        #expect(throws: SecretFileError.notAFile) { try SecretFile.read("/dev/zero") }
        defer { unlink(path) }
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: SecretFileError.notAFile) { try SecretFile.read(path) }
        unlink(path)
        try write(String(repeating: "x", count: SecretFile.maximumBytes + 1), to: path)
        #expect(throws: SecretFileError.tooLong) { try SecretFile.read(path) }
    }
}
