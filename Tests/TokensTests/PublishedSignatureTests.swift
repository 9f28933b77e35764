import Encoding
import JSON
import Secrets
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct PublishedSignatureTests {
    static func read(_ path: String, here: String = #filePath) throws -> JSONObject {
        let tests = here.split(separator: "/").dropLast(2).joined(separator: "/")
        let document = try SecretFile.read("/\(tests)/Vectors/\(path)").contents
        return try #require(try JSONValue.parse(document).objectValue)
    }

    private func key(_ text: String) throws -> VerificationKey {
        try #require(try VerificationKeySet.parse(SecretBytes(copying: Array("{\"keys\":[\(text)]}".utf8))).keys.first)
    }

    private func isValid(_ token: String, with key: VerificationKey) throws -> Bool {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        let signature = try #require(Base64URL.decode(parts[2].utf8))
        return key.isValidSignature(signature, for: Array("\(parts[0]).\(parts[1])".utf8).span.bytes)
    }

    private let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    @Test("The HS256 example of RFC 7515 appendix A.1 verifies")
    func hs256() throws {
        let key = try key(
            """
            {"kty":"oct","alg":"HS256","kid":"A.1","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0i\
            PS4hcgUuTwjAzZr1Z9CAow"}
            """)
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(payload).dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(try isValid(token, with: key))
    }

    @Test("The ES256 example of RFC 7515 appendix A.3 verifies")
    func es256() throws {
        let key = try key(
            """
            {"kty":"EC","crv":"P-256","alg":"ES256","kid":"A.3","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
            """)
        let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        #expect(try isValid("eyJhbGciOiJFUzI1NiJ9.\(payload).\(signature)", with: key))
    }

    @Test("The key, thumbprint and signature of RFC 8037 appendix A come out as published")
    func ed25519() throws {
        let cookbook = try Self.read("jose-cookbook/eddsa-jws.json")
        let published = try #require(cookbook["input"]?.objectValue?["key"]?.objectValue)
        let (x, d) = (try #require(published["x"]?.stringValue), try #require(published["d"]?.stringValue))
        let document = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\",\"kid\":\"A\",\"x\":\"\(x)\""
        let records = try PrivateJSONWebKey.parseSet(SecretBytes(copying: "\(document),\"d\":\"\(d)\"}]}".utf8))
        #expect(records.first?.material.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")

        let token = try #require(cookbook["output"]?.objectValue?["compact"]?.stringValue)
        let content = Array(try #require(cookbook["signing"]?.objectValue?["sig-input"]?.stringValue).utf8)
        let signature = try SigningKey(try #require(records.first)).signature(for: content.span.bytes)
        #expect(token.hasSuffix("." + Base64URL.encode(signature)))
        let verifying = try VerificationKeySet.parse(SecretBytes(copying: "\(document)}]}".utf8))
        #expect(try isValid(token, with: try #require(verifying.keys.first)))
    }

    @Test("The HS256 example of RFC 7520 section 4.4 verifies")
    func cookbook() throws {
        let cookbook = try Self.read("jose-cookbook/hmac-jws.json")
        let secret = try #require(cookbook["input"]?.objectValue?["key"]?.objectValue?["k"]?.stringValue)
        let token = try #require(cookbook["output"]?.objectValue?["compact"]?.stringValue)
        #expect(
            try isValid(token, with: try key("{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"1\",\"k\":\"\(secret)\"}")))
    }

    /// N-J2: ES512 is none of our algorithms, so its key is refused before any signature is looked at.
    @Test("The ES512 example of RFC 7520 section 4.3 is refused for its key")
    func es512() throws {
        let cookbook = try Self.read("jose-cookbook/ecdsa-jws.json")
        let published = try #require(cookbook["input"]?.objectValue?["key"]?.objectValue)
        let members = try ["kty", "kid", "use", "crv", "x", "y"].map { name in
            "\"\(name)\":\"\(try #require(published[name]?.stringValue))\""
        }
        for algorithm in ["ES512", "ES256"] {
            let document = "{\"keys\":[{\"alg\":\"\(algorithm)\",\(members.joined(separator: ","))}]}"
            #expect(throws: KeySetError.unsupportedKey) {
                try VerificationKeySet.parse(SecretBytes(copying: Array(document.utf8)))
            }
        }
    }
}
