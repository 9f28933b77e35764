import PasswordVerification
import Passwords
import Secrets
import Testing

@Suite("Stored digests from elsewhere")
struct StoredDigestTests {
    static let md5 = String(repeating: "a", count: 22)
    static let sha256 = String(repeating: "a", count: 43)
    static let sha512 = String(repeating: "a", count: 86)
    static let bcrypt = String(repeating: "a", count: 53)
    static let argon = "c2FsdHNhbHRzYWx0c2FsdA$iPOQ5f2O21FsjnBvo1AiFcDuSXciCnKUrXFO+yfgNoM"
    static let key32 = "aX1Qi394+UFj0FScT2DL29ff7Z2hVGgCTFAQ5VTBv6w"

    private func refusal(_ text: String) -> DigestRefusal? {
        do {
            _ = try StoredDigest(importing: text)
            return nil
        } catch { return error }
    }

    @Test(
        "the bounds themselves are read",
        arguments: [
            "$2b$04$\(bcrypt)", "$2b$14$\(bcrypt)", "$5$rounds=1000$salt$\(sha256)", "$6$rounds=1000000$salt$\(sha512)",
            "$6$$\(sha512)", "$6$1234567890123456$\(sha512)", "$y$j5.$salt$\(sha256)", "$y$jDT$salt$\(sha256)",
            "$y$j9T$$\(sha256)", "$y$j9T$salts/$\(sha256)", "$y$j9T$saltssB$\(sha256)",
            "$pbkdf2-sha256$2000000$c2FsdA$\(key32)", "pbkdf2_sha256$1$s$\(key32)=",
            "$argon2id$v=19$m=262144,t=16,p=8$\(argon)", "$argon2i$m=8,t=1,p=1$\(argon)", "$1$$\(md5)",
        ])
    func atBounds(text: String) {
        #expect(refusal(text) == nil)
    }

    @Test(
        "what asks for more or less work than the bounds is refused",
        arguments: [
            "$2b$03$\(bcrypt)", "$2b$15$\(bcrypt)", "$2b$31$\(bcrypt)", "$2b$99$\(bcrypt)",
            "$5$rounds=999$salt$\(sha256)", "$6$rounds=1000001$salt$\(sha512)", "$6$rounds=999999999$salt$\(sha512)",
            "$y$jET$salt$\(sha256)", "$y$jzT$salt$\(sha256)", "$y$j4T$salt$\(sha256)", "$y$j9T.$salt$\(sha256)",
            "$y$j9z$salt$\(sha256)",
            "$pbkdf2-sha256$2000001$c2FsdA$\(key32)", "pbkdf2_sha256$9999999999$s$\(key32)=",
            "$argon2id$v=19$m=262145,t=1,p=1$\(argon)", "$argon2id$v=19$m=4194304,t=1,p=1$\(argon)",
            "$argon2i$v=19$m=64,t=17,p=1$\(argon)", "$argon2id$v=19$m=128,t=1,p=9$\(argon)",
        ])
    func outOfBounds(text: String) {
        guard case .outOfBounds = refusal(text) else {
            Issue.record("\(String(describing: refusal(text)))")
            return
        }
    }

    @Test(
        "damaged strings of kinds we know are refused",
        arguments: [
            "$2b$10$", "$2b$1$\(bcrypt)", "$2b$+5$\(bcrypt)", "$2b$10$\(bcrypt)a", "$2b$10$\(bcrypt.dropLast())!",
            "$2b$10$\(bcrypt)$", "$5$salt$\(sha512)", "$6$salt$\(sha256)", "$6$salt", "$6$12345678901234567$\(sha512)",
            "$6$rounds=05000$salt$\(sha512)", "$6$rounds=$salt$\(sha512)", "$6$rounds=-5000$salt$\(sha512)",
            "$6$rounds=5000$$salt$\(sha512)", "$6$sa:lt$\(sha512)", "$6$rounds=99999999999$salt$\(sha512)",
            "$y$$salt$\(sha256)", "$y$j9T$\(sha256)", "$y$j9T$sa!t$\(sha256)", "$y$i9T$salt$\(sha256)",
            "$y$j9T$s$\(sha256)", "$y$j9T$salts$\(sha256)", "$y$j9T$salts2$\(sha256)", "$y$j9T$saltssE$\(sha256)",
            "$1$123456789$\(md5)", "$apr1$salt$\(md5)a", "$apr1$salt", "$apr1$salt$\(md5)$",
            "pbkdf2_sha256$1$s$\(key32)", "pbkdf2_sha256$1$s$\(key32)==", "pbkdf2_sha256$0$s$\(key32)=",
            "pbkdf2_sha256$1$$\(key32)=", "pbkdf2_sha256$1", "$pbkdf2-sha512$1$c2FsdA",
            "$pbkdf2-sha1$1$c2FsdA$\(key32)",
            "$argon2id$v=18$m=64,t=1,p=1$\(argon)", "$argon2i$", "$argon2id$v=19$m=64,t=1$\(argon)",
            "argon2$argon2x$v=19$m=64,t=1,p=1$\(argon)",
        ])
    func damaged(text: String) {
        #expect(refusal(text) != nil)
    }

    @Test(
        "kinds that are not supported are named, and never quoted",
        arguments: [
            ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "SHA-1"), ("{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "salted"),
            ("rEK1ecacw.7.c", "DES"), ("$scrypt$ln=16,r=8,p=1$c2FsdA$a2V5", "scrypt"), ("$7$C6..../....S$k", "scrypt"),
            ("$argon2d$v=19$m=64,t=1,p=1$\(argon)", "argon2d"), ("$gy$j9T$s$k", "gost"), ("$2x$10$\(bcrypt)", "2x"),
            ("bcrypt_sha256$$2b$12$abc", "bcrypt_sha256"), ("hunter2hunter2", "in the clear"), ("", "in the clear"),
            ("$pbkdf2-md5$1$c2FsdA$a2V5", "PBKDF2"),
        ])
    func unsupported(text: String, word: String) throws {
        let refusal = try #require(self.refusal(text))
        #expect(refusal.detail.contains(word), "\(refusal.detail)")
        #expect(text.isEmpty || !refusal.detail.contains(text))
    }

    @Test("text with spaces, controls or letters beyond ASCII is none, and neither is an endless one")
    func odd() {
        for text in [
            "$6$salt$\(Self.sha512)\n", " $6$salt$\(Self.sha512)", "$6$sält$\(Self.sha512)", "$6$\u{0}$\(Self.sha512)",
        ] {
            #expect(refusal(text) != nil)
        }
        #expect(refusal("$6$" + String(repeating: "a", count: 100_000)) != nil)
    }

    @Test(
        "what can't be read is unreadable to a login and matches nothing",
        arguments: ["!", "*", "", "$2b$31$\(bcrypt)"])
    func unreadable(text: String) throws {
        #expect(try PasswordHasher(parameters: cheap).verify(secret("x"), against: text) == .unreadable)
    }
}
