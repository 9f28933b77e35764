import Cryptography
import Encoding
import Secrets
import Testing

@Suite struct DigestTests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("SHA-256 gives the known digests (FIPS 180-4)")
    func sha256() {
        #expect(
            hexadecimal(SHA256Digest.digest([]))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hexadecimal(SHA256Digest.digest(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("Every Wycheproof vector with a whole code and a long enough key is decided as published")
    func wycheproof() throws {
        let vectors = try WycheproofVector.read("hmac_sha256_test.json").filter {
            $0.size("tagSize") == 256 && $0.size("keySize") >= 256
        }
        #expect(vectors.count == 84)
        for vector in vectors {
            let authentication = try HMACSHA256(key: SecretBytes(copying: try vector.bytes("key")))
            let (message, code) = (try vector.bytes("msg"), try vector.bytes("tag"))
            #expect(authentication.isValid(code, for: message) == vector.isValid, "\(vector.testDescription)")
            #expect((authentication.authenticationCode(for: message) == code) == vector.isValid)
        }
    }

    @Test("A truncated code is never valid")
    func truncated() throws {
        for vector in try WycheproofVector.read("hmac_sha256_test.json")
        where vector.size("tagSize") == 128 && vector.size("keySize") >= 256 {
            let authentication = try HMACSHA256(key: SecretBytes(copying: try vector.bytes("key")))
            #expect(!authentication.isValid(try vector.bytes("tag"), for: try vector.bytes("msg")))
        }
    }

    @Test("A key shorter than the digest is refused, above all the empty one", arguments: [0, 1, 16, 31])
    func weakKeys(count: Int) {
        #expect(throws: CryptographyError.weakKey) {
            try HMACSHA256(key: SecretBytes(copying: [UInt8](repeating: 0x61, count: count)))
        }
    }

    @Test("The empty code is not valid")
    func emptyCode() throws {
        let authentication = try HMACSHA256(key: .random(count: 32))
        #expect(!authentication.isValid([], for: []))
    }
}
