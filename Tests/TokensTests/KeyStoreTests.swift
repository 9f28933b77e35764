import Glibc
import Identity
import JSON
import RefreshTokens
import Secrets
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct KeyStoreTests {
    private let directory: TemporaryDirectory
    private let store: KeyStore

    init() throws {
        directory = try TemporaryDirectory()
        store = KeyStore(directory: directory.root, tokenLifetime: testPolicy.lifetime)
    }

    private func kids(_ file: String) throws -> [String] {
        let set = try JSONValue.parse(Array(try directory.read(file).utf8)).objectValue
        return (set?["keys"]?.arrayValue ?? []).compactMap { $0.objectValue?["kid"]?.stringValue }
    }

    @Test("The first rotation makes every file, and a key that signs at once", arguments: SignatureAlgorithm.allCases)
    func first(algorithm: SignatureAlgorithm) throws {
        let key = try store.rotate(algorithm, at: testTime)
        #expect(key.status == .signing && key.algorithm == algorithm && key.notBefore == testTime)
        #expect(directory.names() == ["jwks.json", "refresh.key", "signing.json", "verify.json"])
        #expect(try RefreshTokenCodec.load(path: directory.path("refresh.key")).decode("") == nil)
        #expect(try directory.status("refresh.key").st_size == 32)

        let issuer = try TokenIssuer(policy: testPolicy, path: directory.path("signing.json"))
        let verifier = TokenVerifier(policy: testPolicy, keys: try KeySetFile(path: directory.path("verify.json")))
        let token = try issuer.issue(testIdentity, epoch: 3, at: testTime)
        #expect(try verifier.verify(token, at: testTime).epoch == 3)
    }

    @Test("Private keys are for owner and group, public keys for everybody, whatever the umask")
    func modes() throws {
        try store.create(.eddsa, at: testTime)
        _ = try store.rotate(.es256, at: testTime)
        for (name, mode) in [
            ("signing.json", 0o640), ("verify.json", 0o640), ("refresh.key", 0o640), ("jwks.json", 0o644),
        ] {
            #expect(try directory.status(name).st_mode & 0o7777 == mode_t(mode))
        }
    }

    @Test("The group a file was given stays", .enabled(if: geteuid() == 0, "only root may give files away"))
    func group() throws {
        try store.create(.eddsa, at: testTime)
        #expect(chown(directory.path("signing.json"), 1234, 5678) == 0)
        _ = try store.rotate(.eddsa, at: testTime)
        let status = try directory.status("signing.json")
        #expect(status.st_uid == 1234 && status.st_gid == 5678)
        #expect(status.st_mode & 0o7777 == 0o640)
    }

    @Test("The published file holds public members only", arguments: SignatureAlgorithm.allCases)
    func published(algorithm: SignatureAlgorithm) throws {
        try store.create(algorithm, at: testTime)
        let set = try JSONValue.parse(Array(try directory.read("jwks.json").utf8)).objectValue
        let keys = try #require(set?["keys"]?.arrayValue).compactMap(\.objectValue)
        #expect(keys.count == (algorithm == .hs256 ? 0 : 1))
        for key in keys {
            #expect(Set(key.names).subtracting(["kty", "crv", "x", "y", "alg", "kid", "use"]).isEmpty)
            #expect(key["kid"]?.stringValue == (try kids("signing.json")).first)
        }
        #expect(!(try directory.read("jwks.json")).contains("\"d\""))
        if algorithm != .hs256 { #expect(!(try directory.read("verify.json")).contains("\"d\"")) }
    }

    @Test("Creating where there are keys changes nothing")
    func createTwice() throws {
        #expect(try store.create(.eddsa, at: testTime))
        let before = try directory.names().map { try directory.read($0) }
        #expect(try !store.create(.es256, at: testTime))
        #expect(try directory.names().map { try directory.read($0) } == before)
    }

    @Test("A new key is published ten minutes before it signs, and the refresh key never changes")
    func publishDelay() throws {
        try store.create(.eddsa, at: testTime)
        let refreshKey = try directory.read("refresh.key")
        let key = try store.rotate(.es256, at: testTime + .seconds(100))
        #expect(key.status == .upcoming && key.notBefore == testTime + .seconds(700))
        for file in ["jwks.json", "verify.json", "signing.json"] {
            #expect(try kids(file).count == 2)
            #expect(try kids(file).last == key.kid)
        }
        #expect(try directory.read("refresh.key") == refreshKey)
        let issuer = try SigningKeyFile(path: directory.path("signing.json"))
        #expect(try issuer.signer(at: testTime + .milliseconds(699_999)).algorithm == .eddsa)
        #expect(try issuer.signer(at: testTime + .seconds(700)).algorithm == .es256)
    }

    @Test("Keys are upcoming, signing, verifying and retired in turn, and the next rotation takes retired ones away")
    func statuses() throws {
        try store.create(.eddsa, at: testTime)
        _ = try store.rotate(.eddsa, at: testTime)
        func statuses(_ seconds: Int) throws -> [KeyDescription.Status] {
            try store.list(at: testTime + .seconds(seconds)).map(\.status)
        }
        #expect(try statuses(0) == [.signing, .upcoming])
        #expect(try statuses(599) == [.signing, .upcoming])
        #expect(try statuses(600) == [.verifying, .signing])
        #expect(try statuses(1499) == [.verifying, .signing])
        #expect(try statuses(1500) == [.retired, .signing])
        #expect(try store.list(at: testTime).map(\.retiresAt) == [testTime + .seconds(1500), nil])

        _ = try store.rotate(.eddsa, at: testTime + .seconds(1499))
        #expect(try kids("verify.json").count == 3)
        _ = try store.rotate(.eddsa, at: testTime + .seconds(1500))
        for file in ["jwks.json", "verify.json", "signing.json"] { #expect(try kids(file).count == 3) }
    }

    @Test("When a key was stolen, all others end at once, with every token they signed")
    func retireOld() throws {
        try store.create(.eddsa, at: testTime)
        _ = try store.rotate(.eddsa, at: testTime)
        let issuer = try TokenIssuer(policy: testPolicy, path: directory.path("signing.json"))
        let verifier = TokenVerifier(policy: testPolicy, keys: try KeySetFile(path: directory.path("verify.json")))
        let old = try issuer.issue(testIdentity, epoch: 0, at: testTime)
        let key = try store.rotate(.eddsa, at: testTime + .seconds(2), retireOld: true)
        #expect(key.status == .signing)
        for file in ["jwks.json", "verify.json", "signing.json"] { #expect(try kids(file) == [key.kid]) }
        let now = testTime + .seconds(2)
        #expect(throws: TokenRefusal.unknownKey) { try verifier.verify(old, at: now) }
        let new = try issuer.issue(testIdentity, epoch: 0, at: now)
        #expect(throws: Never.self) { try verifier.verify(new, at: now) }
    }

    @Test("Keys made in one second begin one after the other")
    func sameSecond() throws {
        for _ in 0..<4 { _ = try store.rotate(.eddsa, at: testTime, publishDelay: .zero) }
        let beginnings = try store.list(at: testTime).map(\.notBefore)
        #expect(beginnings == (0..<4).map { testTime + .seconds($0) })
    }

    @Test("Running programs follow a rotation without refusing a token at any step")
    func liveRotation() throws {
        try store.create(.eddsa, at: testTime)
        let issuer = try TokenIssuer(policy: testPolicy, path: directory.path("signing.json"))
        let verifier = TokenVerifier(policy: testPolicy, keys: try KeySetFile(path: directory.path("verify.json")))
        var tokens: [(String, Timestamp)] = []
        for second in stride(from: 0, to: 6000, by: 10) {
            let now = testTime + .seconds(second)
            if second % 1500 == 700 { _ = try store.rotate(second % 2000 == 200 ? .es256 : .eddsa, at: now) }
            tokens.append((try issuer.issue(testIdentity, epoch: 0, at: now), now))
            tokens.removeAll { now - $0.1 >= testPolicy.lifetime }
            for (token, _) in [tokens.first, tokens.last].compactMap(\.self) {
                #expect(throws: Never.self) { try verifier.verify(token, at: now) }
            }
        }
    }

    @Test("A broken signing.json is an error and stays as it is")
    func broken() throws {
        try store.create(.eddsa, at: testTime)
        try directory.write("signing.json", "{\"keys\":[")
        #expect(throws: KeyStoreError.keys(.malformed)) { try store.rotate(.eddsa, at: testTime) }
        #expect(throws: KeyStoreError.keys(.malformed)) { try store.list(at: testTime) }
        #expect(try directory.read("signing.json") == "{\"keys\":[")
    }

    @Test(
        "A key that cannot be published never signs, and nothing is left behind",
        arguments: ["jwks.json", "verify.json"])
    func publishedBeforeSigning(file: String) throws {
        mkdir(directory.path(file), 0o700)
        defer { rmdir(directory.path(file)) }
        #expect(throws: KeyStoreError.cannotWrite(file: file, code: EISDIR)) { try store.create(.eddsa, at: testTime) }
        #expect(!directory.names().contains("signing.json"))
        #expect(!directory.names().contains { $0.hasPrefix(".") })
    }

    @Test("A directory that is missing is made, but not its parents")
    func missingDirectory() throws {
        let inner = KeyStore(directory: directory.path("keys"), tokenLifetime: testPolicy.lifetime)
        #expect(try inner.list(at: testTime).isEmpty)
        try inner.create(.eddsa, at: testTime)
        #expect(try inner.list(at: testTime).count == 1)
        for file in ["jwks.json", "refresh.key", "signing.json", "verify.json"] {
            unlink(directory.path("keys/\(file)"))
        }
        rmdir(directory.path("keys"))
        let lost = KeyStore(directory: directory.path("no/keys"), tokenLifetime: testPolicy.lifetime)
        #expect(throws: KeyStoreError.directory(ENOENT)) { try lost.create(.eddsa, at: testTime) }
    }
}
