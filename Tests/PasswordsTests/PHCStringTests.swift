import Testing

@testable import Passwords

@Suite("Stored digests")
struct PHCStringTests {
    static let salt = "c2FsdHNhbHRzYWx0c2FsdA"
    static let tag = "iPOQ5f2O21FsjnBvo1AiFcDuSXciCnKUrXFO+yfgNoM"

    @Test("a string read and written again is the same")
    func roundTrip() throws {
        let text = "$argon2id$v=19$m=19456,t=2,p=1$\(Self.salt)$\(Self.tag)"
        let digest = try #require(PHCString(text))
        #expect(digest.serialized() == text)
        #expect(digest.salt == Array("saltsaltsaltsalt".utf8))
    }

    @Test(
        "only Argon2id of version 19 within the bounds is read",
        arguments: [
            "m=7,t=2,p=1", "m=1048577,t=2,p=1", "m=4194304,t=2,p=1", "m=19456,t=0,p=1", "m=19456,t=17,p=1",
            "m=19456,t=2,p=0", "m=19456,t=2,p=9", "m=8,t=2,p=2", "m=99999999999999999999,t=2,p=1",
        ])
    func costBounds(cost: String) {
        #expect(PHCString("$argon2id$v=19$\(cost)$\(Self.salt)$\(Self.tag)") == nil)
    }

    @Test("the bounds themselves are read", arguments: ["m=8,t=1,p=1", "m=1048576,t=16,p=8"])
    func atBounds(cost: String) {
        #expect(PHCString("$argon2id$v=19$\(cost)$\(Self.salt)$\(Self.tag)") != nil)
    }

    @Test(
        "any other spelling is refused",
        arguments: [
            "", "$", "$$$$$", "!", "*", "$argon2i", "$argon2id", "$argon2id$v=19",
            "argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)",
            " $argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)\n",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)$",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)=",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)",
            "$argon2id$v=16$m=64,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$m=64,t=1,p=1$\(salt)$\(tag)",
            "$argon2i$v=19$m=64,t=1,p=1$\(salt)$\(tag)",
            "$Argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$t=1,m=64,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=064,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=+64,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1,$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1,keyid=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$c2FsdHNhbHQ",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag.replacing("+", with: "-"))",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$" + String(repeating: "A", count: 88),
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$" + String(repeating: "A", count: 5000),
        ])
    func otherSpellings(text: String) {
        #expect(PHCString(text) == nil)
    }
}
