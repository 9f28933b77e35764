import Encoding
import Identity
import JSON
import Secrets
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct KeySetTests {
    private func parse(_ text: String) throws(KeySetError) -> VerificationKeySet {
        try VerificationKeySet.parse(SecretBytes(copying: text.utf8))
    }

    /// Members of a good public key, with one replaced, added, or left out.
    private func refusal(
        of algorithm: SignatureAlgorithm, with name: String, _ value: JSONOutput?
    ) throws -> KeySetError? {
        let record = try #require(try TestKeys(algorithm).records.first)
        guard case .object(var members) = record.verifying else { return nil }
        members.removeAll { $0.0 == name }
        if let value { members.append((name, value)) }
        let document = TestKeys.document([.object(members)])
        do throws(KeySetError) {
            _ = try VerificationKeySet.parse(document)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "What is no key set is refused",
        arguments: [
            "", "{", "[]", "null", "{}", "{\"keys\":{}}", "{\"keys\":null}", "{\"keys\":[1]}", "{\"keys\":[[]]}",
            "{\"keys\":[{}]}",
            "{\"keys\":[],\"keys\":[]}",
        ])
    func malformed(text: String) {
        #expect(throws: KeySetError.malformed) { try parse(text) }
    }

    @Test("An empty key set is refused")
    func empty() {
        #expect(throws: KeySetError.empty) { try parse("{\"keys\":[]}") }
    }

    @Test("Two keys of one kid are refused")
    func duplicateKid() throws {
        let record = try #require(try TestKeys(.eddsa).records.first)
        #expect(throws: KeySetError.duplicateKeyID) {
            try VerificationKeySet.parse(TestKeys.document([record.verifying, record.verifying]))
        }
    }

    @Test(
        "A key of an unknown kind, or not for signatures, is refused",
        arguments: [
            ("kty", "RSA"), ("kty", ""), ("kty", "okp"), ("crv", "X25519"), ("crv", "Ed448"), ("crv", "P-256"),
            ("alg", "none"),
            ("alg", "RS256"), ("alg", "eddsa"), ("use", "enc"), ("use", ""), ("key_ops", "sign"),
        ])
    func unsupported(name: String, value: String) throws {
        #expect(try refusal(of: .eddsa, with: name, .string(value)) == .unsupportedKey)
    }

    @Test("A key without a member it needs is refused", arguments: ["kid", "alg", "kty", "x"])
    func missing(name: String) throws {
        #expect(try refusal(of: .eddsa, with: name, nil) == .malformed)
    }

    @Test("A key without a curve is refused", arguments: [SignatureAlgorithm.eddsa, .es256])
    func missingCurve(algorithm: SignatureAlgorithm) throws {
        #expect(try refusal(of: algorithm, with: "crv", nil) == .unsupportedKey)
    }

    @Test("An algorithm that is not the key's is refused")
    func mismatch() throws {
        for algorithm in SignatureAlgorithm.allCases {
            for other in SignatureAlgorithm.allCases where other != algorithm {
                #expect(try refusal(of: algorithm, with: "alg", .string(other.rawValue)) == .algorithmMismatch)
            }
        }
    }

    @Test("Operations other than signing are refused, verifying is taken")
    func operations() throws {
        #expect(try refusal(of: .es256, with: "key_ops", ["encrypt"]) == .unsupportedKey)
        #expect(try refusal(of: .es256, with: "key_ops", []) == .unsupportedKey)
        #expect(try refusal(of: .es256, with: "key_ops", ["verify"]) == nil)
    }

    @Test("Bytes that are no key are refused", arguments: ["", "AAAA", String(repeating: "A", count: 44)])
    func noKey(text: String) throws {
        #expect(try refusal(of: .eddsa, with: "x", .string(text)) == .invalidKey)
        #expect(try refusal(of: .es256, with: "y", .string(text)) == .invalidKey)
    }

    @Test("Base64 that is not canonical is refused", arguments: ["A", "A===", "+/+/", "A A "])
    func notBase64(text: String) throws {
        #expect(try refusal(of: .eddsa, with: "x", .string(text)) == .malformed)
    }

    @Test("A point off the curve is refused")
    func offTheCurve() throws {
        #expect(
            try refusal(of: .es256, with: "x", .string(Base64URL.encode(repeatElement(1, count: 32)))) == .invalidKey)
    }

    @Test("A weak shared key is refused, above all the empty one", arguments: [0, 1, 16, 31])
    func weak(count: Int) throws {
        let key = Base64URL.encode(repeatElement(0x61, count: count))
        #expect(try refusal(of: .hs256, with: "k", .string(key)) == .weakKey)
    }

    @Test("A private key in a file for verifying is refused", arguments: [SignatureAlgorithm.eddsa, .es256])
    func privateKey(algorithm: SignatureAlgorithm) throws {
        let records = try TestKeys(algorithm).records
        #expect(throws: KeySetError.privateKey) {
            try VerificationKeySet.parse(TestKeys.document(records.map(\.signing)))
        }
    }

    @Test("A start that is no second is refused")
    func badStart() throws {
        for value: JSONOutput in ["0", -1, true, nil] {
            #expect(try refusal(of: .eddsa, with: "nbf", value) == .malformed)
        }
        #expect(try refusal(of: .eddsa, with: "nbf", nil as JSONOutput?) == nil)
    }

    @Test(
        "A signing key whose halves do not belong together is refused", arguments: [SignatureAlgorithm.eddsa, .es256])
    func foreignHalf(algorithm: SignatureAlgorithm) throws {
        let records = try TestKeys(algorithm, beginning: [testTime, testTime]).records
        guard case .object(let first) = records[0].signing, case .object(let second) = records[1].signing else {
            return
        }
        let mixed = first.filter { $0.0 != "d" } + second.filter { $0.0 == "d" }
        #expect(throws: KeySetError.invalidKey) { try SigningKeySet.parse(TestKeys.document([.object(mixed)])) }
    }

    @Test("No error repeats what the file holds")
    func silent() throws {
        let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldCE"
        for text in ["{\"keys\":[{\"kid\":\"\(secret)\"}]}", "\(secret)"] {
            let error = #expect(throws: KeySetError.self) { try parse(text) }
            #expect(!"\(String(describing: error)) \(String(reflecting: error))".contains(secret))
        }
    }
}
