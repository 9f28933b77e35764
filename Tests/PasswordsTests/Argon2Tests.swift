import CArgon2
import PasswordVerification
import Secrets
import Testing

@testable import Passwords

@Suite("Argon2id")
struct Argon2Tests {
    @Test("the library computes the known answer of RFC 9106 section 5.3")
    func knownAnswer() {
        var tag = [UInt8](repeating: 0, count: 32)
        var password = [UInt8](repeating: 1, count: 32)
        var salt = [UInt8](repeating: 2, count: 16)
        var secret = [UInt8](repeating: 3, count: 8)
        var associated = [UInt8](repeating: 4, count: 12)
        let status = tag.withUnsafeMutableBufferPointer { tag in
            password.withUnsafeMutableBufferPointer { password in
                salt.withUnsafeMutableBufferPointer { salt in
                    secret.withUnsafeMutableBufferPointer { secret in
                        associated.withUnsafeMutableBufferPointer { associated in
                            var context = argon2_context(
                                out: tag.baseAddress, outlen: 32, pwd: password.baseAddress, pwdlen: 32,
                                salt: salt.baseAddress, saltlen: 16, secret: secret.baseAddress, secretlen: 8,
                                ad: associated.baseAddress, adlen: 12, t_cost: 3, m_cost: 32, lanes: 4, threads: 1,
                                version: ARGON2_VERSION_13.rawValue, allocate_cbk: nil, free_cbk: nil, flags: 0)
                            return argon2id_ctx(&context)
                        }
                    }
                }
            }
        }
        #expect(status == ARGON2_OK.rawValue)
        #expect(
            tag == [
                0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9,
                0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
            ])
    }

    @Test(
        "strings made with the argon2 command verify",
        arguments: [
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$iPOQ5f2O21FsjnBvo1AiFcDuSXciCnKUrXFO+yfgNoM",
            "$argon2id$v=19$m=1024,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$9JFnUVC3qBPXHOQ3FF3iioPJjGQvUzPiMhawzWn4wVw",
        ])
    func commandLineStrings(stored: String) throws {
        let hasher = PasswordHasher(parameters: .standard)
        let verdict = try hasher.verify(secret("correct horse battery"), against: stored)
        #expect(verdict != .mismatch && verdict != .unreadable)
        #expect(try hasher.verify(secret("correct horse batterz"), against: stored) == .mismatch)
    }
}

func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

/// Parameters so low that a test may hash often.
let cheap = Argon2Parameters(memoryKiB: 64, time: 1) ?? .standard
