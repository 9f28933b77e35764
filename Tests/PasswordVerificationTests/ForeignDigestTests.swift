import PasswordVerification
import Passwords
import Secrets
import Testing

func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

let cheap = Argon2Parameters(memoryKiB: 64, time: 1) ?? .standard

@Suite("Digests from elsewhere")
struct ForeignDigestTests {
    let hasher = PasswordHasher(parameters: cheap)
    static let password = "correct horse battery"

    /// Made by passlib, bcrypt, argon2-cffi, Django, OpenSSL and libxcrypt.
    static let made = [
        "$2a$04$J1NF7aSsZ9kN3jNOFDRlb.Nt4fBdTWf8mWrqpTflZIHUSwRXBTfH6",
        "$2b$04$iurQyau.UavlacimL/exsuCooCLi/LXI7cyLR4mS11WsOLivYMb8u",
        "$2y$05$GuYbn2BDDrHm7LscUE79F.UwOTv5./dHD.gjyplhOeklYuz5mnAde",
        "bcrypt$$2b$04$iurQyau.UavlacimL/exsuCooCLi/LXI7cyLR4mS11WsOLivYMb8u",
        "$5$rounds=1000$saltstring$HtDZT8yvklgh8iHEUqaCvT10vnIkaC0O7gM/AACxuaC",
        "$6$saltstring$dBHc6z5hpSlx63LLGnlt2xpSGH7T2QL7PJTCjPwajfWh/K10OPeGyl0Oe5VoIANbBgC0gNnRFVE.3uO/lesxj/",
        "$6$rounds=1234$saltsaltsaltsalt$jcxy4OgFHyMOEMVHRVAnAsCwZa4PAwroXe8yVdO5Z6WwNCGEwTtn9uzGfWuW5x2O4/5trUL/2qymRlU3Y0VlT.",
        "$apr1$saltsalt$ZdO9ajrUOSz9es9I0fQZB.",
        "$apr1$xyz$f8uh.ZTKXHH5Dxj98i0m71",
        "$1$salt$W7Y1vPGGtxGVIY6qatM5e0",
        "$pbkdf2$1000$c2FsdHNhbHRzYWx0c2FsdA$NcA2jyIs3HUlQRwFRhBCuXxEFJk",
        "$pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA$Cf9xjlisAEzRbMZsosxST/5.wkpfUV6uoqiZkYtP6iQ",
        "$pbkdf2-sha512$1000$c2FsdHNhbHRzYWx0c2FsdA$lYhPheApeiwq3tKG8A.KHC4iQ8mmHXFAKab1ywrJ5QhG73jAKAyVeLsbqTYH/KNRnW0OYbntj3FPNcXf3GKcRg",
        "pbkdf2_sha256$1000$djangosalt$aX1Qi394+UFj0FScT2DL29ff7Z2hVGgCTFAQ5VTBv6w=",
        "pbkdf2_sha1$1000$djangosalt$wV9GqF3ERu63/tZ8fVXlB3Ae4JE=",
        "argon2$argon2id$v=19$m=1024,t=2,p=8$ZGphbmdvc2FsdGRqYW5nb3NhbHQ$4/uHakF0DG70hrHeTeb/u2unkNleBB7KH29IK74+VMU",
        "$y$j75$LdJMENpBABJJ3hIHjB1Bi.$/cxW.6r6Am5xstBCvXDLMYoIR.6Wq86Y8tOQ0o6SKU6",
        "$y$j9T$LdJMENpBABJJ3hIHjB1Bi.$eDQXK/sr/AdHFRAeAPvd3D3WJANjoiJQoM.B44RLmk5",
        "$argon2i$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$5b42gsGWBwRAe1YMEne7cGy0MVGgwmGX6tUjo6wESIY",
        "$argon2i$v=16$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$17DZDydYHtOvR5hGsTif7gagL03VMypTkZ5mphLZgVk",
        "$argon2i$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$17DZDydYHtOvR5hGsTif7gagL03VMypTkZ5mphLZgVk",
        "$argon2id$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$1KcQDo+G8anPI9GBcERkBFZu5U1bK310vuCGNprvEDw",
        "$argon2id$v=16$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$WDLLJJghiTtUoL7Os+b1qhylJRClLnhFH4nvMzfYpHk",
    ]

    @Test("what other tools made verifies and asks to become argon2id", arguments: made)
    func otherTools(stored: String) throws {
        let isOfOurKind = stored.hasPrefix("$argon2id$v=19$")
        #expect(try hasher.verify(secret(Self.password), against: stored) == .match(needsRehash: !isOfOurKind))
        #expect(try hasher.verify(secret(Self.password + "x"), against: stored) == .mismatch)
        #expect(try hasher.verify(secret("x" + Self.password.dropFirst()), against: stored) == .mismatch)
        #expect(try hasher.verify(secret(""), against: stored) == .mismatch)
    }

    /// Drepper's sha-crypt, crypt_blowfish, yescrypt, and RFC 7914 section 11.
    @Test(
        "published vectors verify",
        arguments: [
            ("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
            (
                "Hello world!",
                "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
            ),
            ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("openwall", "$y$j9T$AAt9R641xPvCI9nXw1HHW/$cuQRBMN3N/f8IcmVN.4YrZ1bHMOiLOoz9/XQMKV/v0A"),
            ("pleaseletmein", "$y$j9T$e8R9q85ZuzUkArEUurdtS.$esON.7y6H.u3UCPVCpbRFueRpAut2n2cMf1EhpjbuiC"),
            (
                "passwd",
                "$pbkdf2-sha256$1$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw"
            ),
        ])
    func published(password: String, stored: String) throws {
        #expect(try hasher.verify(secret(password), against: stored) == .match(needsRehash: true))
        #expect(try hasher.verify(secret(password + "x"), against: stored) == .mismatch)
    }

    @Test(
        "apr1 is right for every length about its block size",
        arguments: [
            (1, "1NhH6wbiY/T5rj34vm7w81"), (2, "BhS7Dg2FEHEVzW/wsU6aP0"), (15, "60gl.rkQJVGA76FdveFTO0"),
            (16, "SPUf8Pv.PzLGX8ILAGIHF0"), (17, "kGsktczkdOYWoMl27ca9G1"), (33, "DnM647/O6GgknnxrBLyj11"),
            (100, "WV.mVgf7h9CimLeM3fnbZ1"),
        ])
    func apr1Lengths(length: Int, digest: String) throws {
        let password = secret(String(repeating: "a", count: length))
        #expect(try hasher.verify(password, against: "$apr1$8CharSal$\(digest)") == .match(needsRehash: true))
    }

    @Test(
        "a password with a NUL never matches what stops at one",
        arguments: made.filter { !$0.contains("argon2") && !$0.contains("pbkdf2") })
    func zeroByte(stored: String) throws {
        #expect(try hasher.verify(secret(Self.password + "\0"), against: stored) == .mismatch)
        #expect(try hasher.verify(secret(Self.password + "\0tail"), against: stored) == .mismatch)
    }

    @Test("a password longer than crypt takes is a mismatch, not a failure", arguments: made)
    func longPassword(stored: String) throws {
        let long = Self.password + String(repeating: "x", count: 4000)
        #expect(try hasher.verify(secret(long), against: stored) == .mismatch)
    }

    @Test("bcrypt looks at 72 bytes, the digest made afterwards at all of them")
    func bcryptLength() throws {
        let stored = "$2b$04$ffVgzhQUjCitgiArx80qkOZBw5YzI5HjCFvt8jlecmuc9g3cUQSwK"
        let password = String(repeating: "p", count: 72)
        #expect(try hasher.verify(secret(password + "tail"), against: stored) == .match(needsRehash: true))
        let after = try hasher.hash(secret(password + "tail"))
        #expect(try hasher.verify(secret(password), against: after) == .mismatch)
    }

    @Test("a digest of the bytes as they were typed elsewhere verifies, as does one of NFC")
    func asTyped() throws {
        for stored in [
            "$5$rounds=1000$salt$r4IuQMp8ftWU7KEDQMABgR4KZaWuRSv1Lo0l/b3X0bC",
            "$5$rounds=1000$salt$AcrM.KJhPaMNAAoVT.J9.A8hVNMAajp.ZChIcsTqlq7",
        ] {
            #expect(try hasher.verify(secret("cafe\u{301} de flore"), against: stored) == .match(needsRehash: true))
        }
        #expect(
            try hasher.verify(
                secret("caf\u{e9} de flore"), against: "$5$rounds=1000$salt$AcrM.KJhPaMNAAoVT.J9.A8hVNMAajp.ZChIcsTqlq7"
            ) == .match(needsRehash: true))
    }

    @Test("an account without a password matches none")
    func noPassword() throws {
        #expect(try hasher.verify(secret(""), against: nil) == .mismatch)
        #expect(try hasher.verify(secret("x"), against: nil) == .mismatch)
    }
}
