import Glibc
import Identity
import RefreshTokens
import Secrets
import Testing
import TokenSigning
import Tokens

@Suite struct RefreshTokenTests {
    private let codec: RefreshTokenCodec
    private let token = RefreshToken(session: .make(at: testTime), generation: 0x0102_0304)

    init() throws {
        codec = try RefreshTokenCodec(key: .random(count: 32))
    }

    @Test("A token comes back with its session and generation", arguments: [0, 1, 255, 256, 65_536, UInt32.max])
    func roundTrip(generation: UInt32) {
        let token = RefreshToken(session: .make(at: testTime), generation: generation)
        let text = codec.encode(token)
        #expect(text.utf8.count == RefreshTokenCodec.tokenLength)
        #expect(codec.decode(text) == token)
    }

    @Test("The same session and generation always give the same token, and others give others")
    func deterministic() {
        #expect(codec.encode(token) == codec.encode(token))
        let next = RefreshToken(session: token.session, generation: token.generation + 1)
        let other = RefreshToken(session: .make(at: testTime), generation: token.generation)
        #expect(Set([token, next, other].map(codec.encode)).count == 3)
    }

    @Test("No prefix and no extension of a token is one")
    func lengths() {
        let text = codec.encode(token)
        for count in 0..<text.utf8.count { #expect(codec.decode(String(text.prefix(count))) == nil) }
        for end in ["A", "AA", "=", "==", " ", "\n", "\0"] {
            #expect(codec.decode(text + end) == nil)
            #expect(codec.decode(end + text) == nil)
            #expect(codec.decode("." + end + text.dropFirst(end.utf8.count + 1)) == nil)
        }
        #expect(codec.decode(text + text) == nil)
        #expect(codec.decode("") == nil)
        #expect(codec.decode(String(repeating: "A", count: 1_000_000)) == nil)
    }

    @Test("No bit of a token may change, the unused ones neither")
    func flippedBits() {
        let text = Array(codec.encode(token).utf8)
        for position in text.indices {
            for bit in 0..<7 {
                var flipped = text
                flipped[position] ^= 1 << bit
                #expect(codec.decode(String(decoding: flipped, as: UTF8.self)) == nil)
            }
        }
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        let last = String(decoding: text, as: UTF8.self).dropLast()
        #expect(alphabet.filter { codec.decode(String(last) + [$0]) != nil }.count == 1)
    }

    @Test("Another site's token is none")
    func otherKey() throws {
        let other = try RefreshTokenCodec(key: .random(count: 32))
        #expect(other.decode(codec.encode(token)) == nil)
    }

    @Test("An access token is no refresh token")
    func otherKind() throws {
        let access = try TestKeys(.hs256).issuer().issue(testIdentity, epoch: 0, at: testTime)
        #expect(codec.decode(access) == nil)
        #expect(codec.decode(String(access.prefix(RefreshTokenCodec.tokenLength))) == nil)
    }

    @Test("A key that is missing, empty or short is refused at the start", arguments: [0, 1, 31])
    func weakKey(count: Int) throws {
        #expect(throws: RefreshKeyError.weakKey) { try RefreshTokenCodec(key: .random(count: count)) }
        let directory = try TemporaryDirectory()
        #expect(throws: RefreshKeyError.file(.unreadable(ENOENT))) {
            try RefreshTokenCodec.load(path: directory.path("refresh.key"))
        }
        try directory.write("refresh.key", String(repeating: "k", count: count))
        #expect(throws: RefreshKeyError.weakKey) { try RefreshTokenCodec.load(path: directory.path("refresh.key")) }
    }

    @Test("Two programs that read one key file understand each other's tokens")
    func load() throws {
        let directory = try TemporaryDirectory()
        try directory.write("refresh.key", String(repeating: "k", count: 32))
        let first = try RefreshTokenCodec.load(path: directory.path("refresh.key"))
        let second = try RefreshTokenCodec.load(path: directory.path("refresh.key"))
        #expect(second.decode(first.encode(token)) == token)
    }
}
