import Glibc
import Identity
import JSON
import Secrets
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct KeySetFileTests {
    private let directory: TemporaryDirectory
    private let first: PrivateJSONWebKey
    private let second: PrivateJSONWebKey

    init() throws {
        directory = try TemporaryDirectory()
        first = try .generate(.eddsa, notBefore: testTime - .seconds(5000))
        second = try .generate(.eddsa, notBefore: testTime)
        try install([first])
    }

    /// As the key store does it: another file of the same name.
    private func install(_ keys: [PrivateJSONWebKey]) throws {
        try directory.write("new", JSONOutput.object([("keys", .array(keys.map(\.verifying)))]).pretty())
        rename(directory.path("new"), directory.path("verify.json"))
    }

    private func finds(_ key: PrivateJSONWebKey, in file: KeySetFile, after offset: Duration) -> Bool {
        file.key(key.kid, at: testTime + offset, tokenLifetime: testPolicy.lifetime) != nil
    }

    @Test("A new key is found at once, though the file was looked at just before")
    func newKey() throws {
        let file = try KeySetFile(path: directory.path("verify.json"))
        #expect(finds(first, in: file, after: .zero))
        try install([first, second])
        #expect(!finds(second, in: file, after: .milliseconds(49)))
        #expect(finds(second, in: file, after: .milliseconds(50)))
    }

    @Test("A key that was taken away is gone within a second")
    func removedKey() throws {
        let file = try KeySetFile(path: directory.path("verify.json"))
        #expect(finds(first, in: file, after: .zero))
        try install([second])
        #expect(finds(first, in: file, after: .milliseconds(999)))
        #expect(!finds(first, in: file, after: .milliseconds(1000)))
    }

    @Test("Being told is enough to read the file again")
    func reloadNow() throws {
        let file = try KeySetFile(path: directory.path("verify.json"))
        #expect(finds(first, in: file, after: .zero))
        try install([second])
        file.reloadNow()
        #expect(!finds(first, in: file, after: .milliseconds(1)))
    }

    @Test("A clock set back does not stop the looking")
    func clockSetBack() throws {
        let file = try KeySetFile(path: directory.path("verify.json"))
        #expect(finds(first, in: file, after: .seconds(3600)))
        try install([second])
        #expect(finds(second, in: file, after: .zero))
    }

    @Test(
        "A file that breaks or vanishes takes no key away, and says what is wrong",
        arguments: ["", "{", "{\"keys\":[]}"])
    func broken(text: String) throws {
        let file = try KeySetFile(path: directory.path("verify.json"))
        try directory.write("verify.json", text)
        #expect(finds(first, in: file, after: .seconds(1)))
        #expect(file.problem == (text.hasSuffix("]}") ? .empty : .malformed))

        unlink(directory.path("verify.json"))
        #expect(finds(first, in: file, after: .seconds(2)))
        #expect(file.problem == .file(.unreadable(ENOENT)))

        try install([first, second])
        #expect(finds(second, in: file, after: .seconds(3)))
        #expect(file.problem == nil)
    }

    @Test("Without good keys at the start there is no verifier")
    func badStart() throws {
        #expect(throws: KeySetError.file(.unreadable(ENOENT))) { try KeySetFile(path: directory.path("none.json")) }
        #expect(throws: KeySetError.file(.unreadable(ENOENT))) {
            try VerificationKeySet.load(path: directory.path("none.json"))
        }
        try directory.write("verify.json", "{}")
        #expect(throws: KeySetError.malformed) { try KeySetFile(path: directory.path("verify.json")) }
    }

    @Test("An issuer signs with a new key from the next token on")
    func issuer() throws {
        func install(_ keys: [PrivateJSONWebKey]) throws {
            try directory.write("new", JSONOutput.object([("keys", .array(keys.map(\.signing)))]).pretty())
            rename(directory.path("new"), directory.path("signing.json"))
        }
        try install([first])
        let file = try SigningKeyFile(path: directory.path("signing.json"))
        #expect(try file.signer(at: testTime).kid == first.kid)
        try install([first, second])
        #expect(try file.signer(at: testTime).kid == second.kid)
        unlink(directory.path("signing.json"))
        #expect(try file.signer(at: testTime).kid == second.kid)
        #expect(file.problem != nil)
    }
}
