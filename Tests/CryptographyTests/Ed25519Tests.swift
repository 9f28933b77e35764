import Cryptography
import Encoding
import Testing

@Suite struct Ed25519Tests {
    @Test("Every one of the 151 Wycheproof vectors is decided as published")
    func wycheproof() throws {
        let vectors = try WycheproofVector.read("ed25519_test.json")
        #expect(Set(vectors.map(\.id)) == Set(1...151))
        for vector in vectors {
            let key = try Ed25519PublicKey(rawRepresentation: try vector.keyBytes("pk"))
            let isValid = key.isValidSignature(try vector.bytes("sig"), for: try vector.bytes("msg"))
            #expect(isValid == vector.isValid, "\(vector.testDescription)")
        }
    }

    @Test("The signature of RFC 8037 appendix A.4 is valid, and no bit of it may change")
    func flippedBits() throws {
        let x = try #require(Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        let message = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        let signature = try #require(
            Base64URL.decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
        let key = try Ed25519PublicKey(rawRepresentation: x)
        #expect(key.isValidSignature(signature, for: message))
        for bit in 0..<512 {
            var flipped = signature
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.isValidSignature(flipped, for: message))
        }
        #expect(!key.isValidSignature(signature, for: Array(message.dropLast())))
    }

    @Test("A signature of another length is no signature", arguments: [0, 1, 32, 63, 65, 128, 21_830])
    func signatureLength(count: Int) throws {
        let x = try #require(Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        let key = try Ed25519PublicKey(rawRepresentation: x)
        #expect(!key.isValidSignature([UInt8](repeating: 0, count: count), for: []))
    }

    @Test("Bytes of another length are no key", arguments: [0, 31, 33, 64])
    func keyLength(count: Int) {
        #expect(throws: CryptographyError.invalidKey) {
            try Ed25519PublicKey(rawRepresentation: [UInt8](repeating: 9, count: count))
        }
    }
}
