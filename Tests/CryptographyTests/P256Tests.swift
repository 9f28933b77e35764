import Cryptography
import Encoding
import Testing

@Suite struct P256Tests {
    /// RFC 7515 appendix A.3.
    private func publishedKey() throws -> (x: [UInt8], y: [UInt8]) {
        (
            try #require(Base64URL.decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")),
            try #require(Base64URL.decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
        )
    }

    @Test("Every one of the 262 Wycheproof vectors with raw signatures is decided as published")
    func wycheproof() throws {
        let vectors = try WycheproofVector.read("ecdsa_secp256r1_sha256_p1363_test.json")
        #expect(Set(vectors.map(\.id)) == Set(1...262))
        for vector in vectors {
            let point = try vector.keyBytes("uncompressed").dropFirst()
            let key = try P256PublicKey(x: Array(point.prefix(32)), y: Array(point.suffix(32)))
            let isValid = key.isValidSignature(try vector.bytes("sig"), for: try vector.bytes("msg"))
            #expect(isValid == vector.isValid, "\(vector.testDescription)")
        }
    }

    @Test("Zero is no half of a signature (CVE-2022-21449)")
    func zeros() throws {
        let (x, y) = try publishedKey()
        let key = try P256PublicKey(x: x, y: y)
        let (zero, one) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 31) + [1])
        for signature in [zero + zero, zero + one, one + zero, one + one] {
            #expect(!key.isValidSignature(signature, for: Array("any".utf8)))
        }
    }

    @Test("A signature of another length is no signature", arguments: [0, 63, 65, 70, 72, 128, 21_830])
    func signatureLength(count: Int) throws {
        let (x, y) = try publishedKey()
        #expect(!(try P256PublicKey(x: x, y: y)).isValidSignature([UInt8](repeating: 1, count: count), for: []))
    }

    @Test("A point that is not on the curve is no key")
    func offTheCurve() throws {
        let (x, y) = try publishedKey()
        _ = try P256PublicKey(x: x, y: y)
        var moved = y
        moved[31] ^= 1
        let zero = [UInt8](repeating: 0, count: 32)
        let beyondTheField = [UInt8](repeating: 0xff, count: 32)
        for (x, y) in [(x, moved), (y, x), (zero, zero), (beyondTheField, y), (x, beyondTheField)] {
            #expect(throws: CryptographyError.invalidKey) { try P256PublicKey(x: x, y: y) }
        }
    }

    @Test("Coordinates have exactly 32 bytes")
    func coordinateLength() throws {
        let (x, y) = try publishedKey()
        for (x, y) in [([0] + x, y), (x, [0] + y), (Array(x.dropLast()), y), (x, []), ([], []), (x + y, [])] {
            #expect(throws: CryptographyError.invalidKey) { try P256PublicKey(x: x, y: y) }
        }
    }
}
