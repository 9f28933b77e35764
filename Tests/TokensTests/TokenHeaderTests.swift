import Encoding
import Identity
import JSON
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct TokenHeaderTests {
    static let otherAlgorithms = [
        "\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\"", "\" none\"", "\"none \"", "\"\"", "null", "[\"EdDSA\"]", "true",
        "0",
        "{}", "\"eddsa\"", "\"EDDSA\"", "\"EdDSA \"", "\"Ed25519\"", "\"RS256\"", "\"PS256\"", "\"HS512\"", "\"HS256\"",
        "\"ES256\"", "\"ES512\"",
    ]

    @Test("A token whose alg is none in any spelling, or any but the key's, is refused", arguments: otherAlgorithms)
    func otherAlgorithm(text: String) throws {
        let forger = try Forger()
        let token = try forger.token(header: forger.header("alg", text))
        #expect(forger.refusal(of: token) == .algorithmMismatch)
    }

    @Test("A token without alg is refused")
    func missingAlgorithm() throws {
        let forger = try Forger()
        #expect(forger.refusal(of: try forger.token(header: forger.header("alg"))) == .algorithmMismatch)
    }

    @Test(
        "A token that says none and has no signature is refused, for every kind of key",
        arguments: SignatureAlgorithm.allCases)
    func unsigned(algorithm: SignatureAlgorithm) throws {
        let forger = try Forger(algorithm)
        let payload = Base64URL.encode(forger.claims().utf8)
        for name in ["none", "None", "NONE", "nOnE"] {
            let header = Base64URL.encode(forger.header("alg", "\"\(name)\"").utf8)
            #expect(forger.refusal(of: "\(header).\(payload).") == .algorithmMismatch)
        }
        #expect(forger.refusal(of: "\(Base64URL.encode(forger.header().utf8)).\(payload).") == .badSignature)
    }

    @Test("A public key used as a shared secret signs nothing", arguments: [SignatureAlgorithm.eddsa, .es256])
    func keyConfusion(algorithm: SignatureAlgorithm) throws {
        let keys = try TestKeys(algorithm)
        let record = try #require(keys.records.first)
        let published = Base64URL.encode(try #require(record.published).serialized())
        let shared = TestKeys.document([
            ["kty": "oct", "alg": "HS256", "kid": .string(record.kid), "k": .string(published)]
        ])
        let issuer = TokenIssuer(policy: testPolicy, keys: try SigningKeySet.parse(shared))
        let token = try issuer.issue(testIdentity, epoch: 0, at: testTime)
        let verifier = try keys.verifier()
        #expect(throws: TokenRefusal.algorithmMismatch) { try verifier.verify(token, at: testTime) }
    }

    @Test("A key of one algorithm never verifies what another of the same kid signed")
    func sameKid() throws {
        let (eddsa, es256) = (try Forger(.eddsa), try Forger(.es256))
        let header = es256.header("kid", "\"\(eddsa.key.kid)\"")
        #expect(eddsa.refusal(of: try es256.token(header: header)) == .algorithmMismatch)
        let relabeled = eddsa.header()
        #expect(eddsa.refusal(of: try es256.token(header: relabeled)) == .badSignature)
    }

    @Test(
        "A token for another use is refused",
        arguments: [
            "\"JWT\"", "\"at+JWT\"", "\"AT+JWT\"", "\"application/at+jwt\"", "\"refresh+jwt\"", "\"at+jwt \"", "\"\"",
            "null",
            "[\"at+jwt\"]", "1",
        ])
    func otherType(text: String) throws {
        let forger = try Forger()
        #expect(forger.refusal(of: try forger.token(header: forger.header("typ", text))) == .wrongType)
    }

    @Test("A token without typ is refused")
    func missingType() throws {
        let forger = try Forger()
        #expect(forger.refusal(of: try forger.token(header: forger.header("typ"))) == .wrongType)
    }

    @Test(
        "A header that names other keys, or changes how the token is read, is refused",
        arguments: [
            ("crit", "[\"exp\"]"), ("crit", "[]"), ("crit", "null"), ("jwk", "{\"kty\":\"oct\",\"k\":\"AA\"}"),
            ("jku", "\"https://evil.test/jwks.json\""), ("x5u", "\"https://evil.test\""), ("x5c", "[\"MIIB\"]"),
            ("x5t", "\"a\""), ("x5t#S256", "\"a\""), ("b64", "false"), ("zip", "\"DEF\""), ("enc", "\"A256GCM\""),
            ("cty", "\"JWT\""), ("p2c", "1000000"), ("iss", "\"https://example.test\""), ("unknown", "1"),
        ])
    func otherMember(name: String, text: String) throws {
        let forger = try Forger()
        #expect(forger.refusal(of: try forger.token(header: forger.header(name, text))) == .criticalHeader)
    }

    @Test(
        "A key we do not have is unknown, whatever its name is",
        arguments: [
            "\"\"", "\"other\"", "\"../../../etc/passwd\"", "\"a' OR '1'='1\"", "\"a\\u0000\"", "\"\\\"\"", "null", "1",
            "[\"a\"]", "{}", "\"/dev/null\"", "\"\(String(repeating: "k", count: 2000))\"",
        ])
    func unknownKey(text: String) throws {
        let forger = try Forger()
        #expect(forger.refusal(of: try forger.token(header: forger.header("kid", text))) == .unknownKey)
    }

    @Test("A kid that begins or ends like ours is another key")
    func nearlyOurKid() throws {
        let forger = try Forger()
        for kid in [
            "\(forger.key.kid) ", "\(forger.key.kid)\\u0000", " \(forger.key.kid)", String(forger.key.kid.dropLast()),
        ] {
            #expect(forger.refusal(of: try forger.token(header: forger.header("kid", "\"\(kid)\""))) == .unknownKey)
        }
        #expect(forger.refusal(of: try forger.token(header: forger.header("kid"))) == .unknownKey)
        let huge = forger.header("kid", "\"\(String(repeating: "k", count: 10_240))\"")
        #expect(forger.refusal(of: try forger.token(header: huge)) == .tooLong)
    }

    @Test("A header member named twice is refused", arguments: ["alg", "kid", "typ"])
    func duplicateMember(name: String) throws {
        let forger = try Forger()
        let header = forger.header().dropLast() + ",\"\(name)\":\"none\"}"
        #expect(forger.refusal(of: try forger.token(header: String(header))) == .malformed)
        let escaped = "{\"\\u0061lg\":\"none\"," + forger.header().dropFirst()
        #expect(forger.refusal(of: try forger.token(header: escaped)) == .malformed)
    }

    @Test(
        "A header that is not one JSON object is refused",
        arguments: [
            "", "[]", "null", "\"EdDSA\"", "{}{}", " ", "{\"alg\":\"EdDSA\",}", "\u{FEFF}{}",
        ])
    func malformed(header: String) throws {
        let forger = try Forger()
        #expect(forger.refusal(of: try forger.token(header: header)) == .malformed)
    }
}
