import PasswordVerification
import Secrets
import Synchronization
import Testing

@testable import Passwords

@Suite("Password digests")
struct PasswordHasherTests {
    let hasher = PasswordHasher(parameters: cheap)

    @Test("a digest verifies its password and no other")
    func roundTrip() throws {
        let stored = try hasher.hash(secret("a long enough password"))
        #expect(stored.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(try hasher.verify(secret("a long enough password"), against: stored) == .match(needsRehash: false))
        #expect(try hasher.verify(secret("a long enough password "), against: stored) == .mismatch)
        #expect(try hasher.verify(secret("A long enough password"), against: stored) == .mismatch)
        #expect(try hasher.verify(secret(""), against: stored) == .mismatch)
    }

    @Test("the default cost is 19 MiB, two passes, one lane, 16 bytes of salt and 32 of tag")
    func defaults() throws {
        let digest = try #require(PHCString(PasswordHasher(parameters: .standard).hash(secret("x"))))
        #expect(digest.parameters == Argon2Parameters(memoryKiB: 19_456, time: 2, lanes: 1))
        #expect(digest.salt.count == 16)
        #expect(digest.tag.count == 32)
    }

    @Test("two digests of one password differ")
    func freshSalt() throws {
        #expect(try hasher.hash(secret("same")) != hasher.hash(secret("same")))
    }

    @Test("what follows a NUL byte, and the 65th and 256th character, count")
    func nothingIsCut() throws {
        let stored = try hasher.hash(secret("before\0after"))
        #expect(try hasher.verify(secret("before\0other"), against: stored) == .mismatch)
        #expect(try hasher.verify(secret("before"), against: stored) == .mismatch)
        let long = String(repeating: "x", count: 255)
        let storedLong = try hasher.hash(secret(long + "y"))
        #expect(try hasher.verify(secret(long + "z"), against: storedLong) == .mismatch)
        #expect(try hasher.verify(secret(String(long.prefix(64))), against: storedLong) == .mismatch)
    }

    @Test(
        "a digest weaker than those made today asks to be made again, a stronger one does not",
        arguments: [
            (64, 1, false), (63, 1, true), (128, 1, false), (64, 2, false), (32, 4, true),
        ])
    func rehash(memory: Int, time: Int, needed: Bool) throws {
        let parameters = try #require(Argon2Parameters(memoryKiB: memory, time: time))
        let stored = try PasswordHasher(parameters: parameters).hash(secret("password"))
        #expect(try hasher.verify(secret("password"), against: stored) == .match(needsRehash: needed))
    }

    @Test(
        "a digest with another length of salt or tag asks to be made again", arguments: [(8, 32), (16, 16), (16, 64)])
    func rehashLengths(salt: Int, tag: Int) throws {
        let salt = randomBytes(salt)
        let computed = try Argon2.tag(of: secret("password"), salt: salt, parameters: cheap, length: tag)
        let stored = PHCString(parameters: cheap, salt: salt, tag: computed).serialized()
        #expect(try hasher.verify(secret("password"), against: stored) == .match(needsRehash: true))
    }

    @Test("nobody's password costs a whole hash, as does a string that cannot be read")
    func nobodyCostsTheSame() throws {
        let hasher = PasswordHasher(parameters: .standard)
        let stored = try hasher.hash(secret("password"))
        let clock = ContinuousClock()
        let known = try clock.measure { _ = try hasher.verify(secret("wrong"), against: stored) }
        let unknown = try clock.measure { try hasher.imitate(secret("wrong"), against: nil) }
        let unreadable = try clock.measure { _ = try hasher.verify(secret("wrong"), against: "!") }
        #expect(try hasher.verify(secret("wrong"), against: "!") == .unreadable)
        // A skipped hash would be a thousand times quicker; the factor leaves room for a busy machine.
        #expect(unknown * 10 > known)
        #expect(unreadable * 10 > known)
    }

    /// Counts what is admitted, and refuses when told to.
    private final class Counting: HashAdmission {
        let memory = Mutex<[Int]>([])
        let isFull = Mutex(false)

        func admit<Outcome: Sendable>(
            memory: Int, _ computation: @escaping @Sendable () throws(PasswordHashingError) -> Outcome
        ) throws(PasswordHashingError) -> Outcome {
            if isFull.withLock({ $0 }) { throw .gateFull(retryAfter: 3) }
            self.memory.withLock { $0.append(memory) }
            return try computation()
        }
    }

    @Test("every computation is admitted first, with the memory it will take (N-R3)")
    func admission() throws {
        let counting = Counting()
        let hasher = PasswordHasher(parameters: cheap, admission: counting)
        let stored = try hasher.hash(secret("password"))
        _ = try hasher.verify(secret("password"), against: stored)
        _ = try hasher.verify(secret("password"), against: stored.replacing("m=64", with: "m=128"))
        try hasher.imitate(secret("password"), against: nil)
        #expect(counting.memory.withLock { $0 } == [64 << 10, 64 << 10, 128 << 10, 64 << 10])
        counting.isFull.withLock { $0 = true }
        #expect(throws: PasswordHashingError.gateFull(retryAfter: 3)) { try hasher.hash(secret("password")) }
        #expect(throws: PasswordHashingError.gateFull(retryAfter: 3)) {
            try hasher.verify(secret("password"), against: stored)
        }
    }
}
