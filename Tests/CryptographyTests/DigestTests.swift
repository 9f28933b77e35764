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

    /// Published as valid and refused here, each by the rule that refuses it.
    private static let refused: [(rule: String, ids: [ClosedRange<Int64>])] = [
        ("a key has at least 256 bits (RFC 7518 section 3.2)", [163...168]),
        ("a code has all its 256 bits", [82...108, 172...174]),
    ]

    /// N-J8. `Tests/Vectors/README.md` has the same table in words.
    @Test("Every one of the 174 Wycheproof vectors is decided as published, but for those that a stricter rule refuses")
    func wycheproof() throws {
        let refused = Set(Self.refused.flatMap(\.ids).joined())
        let vectors = try WycheproofVector.read("hmac_sha256_test.json")
        var asPublished = 0
        for vector in vectors {
            let (message, code) = (try vector.bytes("msg"), try vector.bytes("tag"))
            let key = SecretBytes(copying: try vector.bytes("key"))
            let isAccepted = (try? HMACSHA256(key: key))?.isValid(code, for: message) ?? false
            guard !refused.contains(vector.id) else {
                #expect(vector.isValid && !isAccepted, "\(vector.testDescription)")
                continue
            }
            #expect(isAccepted == vector.isValid, "\(vector.testDescription)")
            asPublished += 1
        }
        #expect(Set(vectors.map(\.id)) == Set(1...174))
        #expect(refused.count == 36 && asPublished == 174 - 36)
    }

    @Test("The code computed is the published one, whole or in its first half")
    func published() throws {
        let vectors = try WycheproofVector.read("hmac_sha256_test.json").filter { $0.size("keySize") >= 256 }
        #expect(vectors.count == 168)
        for vector in vectors {
            let key = SecretBytes(copying: try vector.bytes("key"))
            let computed = try HMACSHA256(key: key).authenticationCode(for: try vector.bytes("msg"))
            let isSame = try vector.bytes("tag") == Array(computed.prefix(Int(vector.size("tagSize")) / 8))
            #expect(isSame == vector.isValid, "\(vector.testDescription)")
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
