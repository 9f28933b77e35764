import Identity
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct TokenClaimTests {
    private func refusal(_ claim: String, _ text: String?) throws -> TokenRefusal? {
        let forger = try Forger()
        return forger.refusal(of: try forger.token(claims: forger.claims(claim, text)))
    }

    @Test(
        "A missing claim is as wrong as a bad one",
        arguments: [
            "iss", "aud", "sub", "sid", "iat", "exp", "jti", "epoch", "username", "roles",
        ])
    func missing(claim: String) throws {
        #expect(try refusal(claim, nil) == .malformedClaims)
    }

    @Test(
        "A claim of another type is refused",
        arguments: [
            ("iss", "null"), ("iss", "[\"https://example.test\"]"), ("aud", "[\"https://example.test\"]"),
            ("aud", "[]"),
            ("aud", "\"\""), ("sub", "1"), ("sub", "\"\""), ("sub", "\"ada\""), ("sub", "null"),
            ("sid", "\"not-a-uuid\""),
            ("sid", "true"), ("iat", "\"1800000000\""), ("iat", "1.8e9"), ("iat", "null"), ("jti", "1"),
            ("jti", "\"\""),
            ("epoch", "\"0\""), ("epoch", "-1"), ("epoch", "1.0"), ("epoch", "null"), ("epoch", "9223372036854775808"),
            ("username", "1"), ("username", "\"\""), ("username", "null"), ("roles", "\"admin\""), ("roles", "null"),
            ("roles", "{}"), ("roles", "[1]"), ("roles", "[\"Admin\"]"), ("roles", "[\"a,b\"]"),
            ("roles", "[\"a\\n\"]"),
            ("roles", "[[\"admin\"]]"), ("email", "1"), ("email", "null"), ("email", "\"\""), ("nbf", "\"0\""),
            ("nbf", "1e3"), ("nbf", "null"),
        ])
    func otherType(claim: String, text: String) throws {
        #expect(try refusal(claim, text) == .malformedClaims)
    }

    @Test(
        "An expiry that is not an integer is refused, not rounded",
        arguments: [
            "\"1800000900\"", "1800000900.5", "1.8e9", "1e10", "1e400", "true", "null", "[1800000900]",
            "9223372036854775808",
            "1800000900.0", "{}",
        ])
    func expiryType(text: String) throws {
        #expect(try refusal("exp", text) == .malformedClaims)
    }

    @Test(
        "An expiry that has come is refused",
        arguments: ["1800000000", "1799999999", "0", "-1", "-9223372036854775808"])
    func expired(text: String) throws {
        #expect(try refusal("exp", text) == .expired)
    }

    @Test("A token is good to the last millisecond before its expiry, and expired exactly then")
    func lastMoment() throws {
        let forger = try Forger()
        let token = try forger.token()
        let expiry = testTime + .seconds(900)
        #expect(forger.refusal(of: token, at: expiry - .milliseconds(1)) == nil)
        #expect(forger.refusal(of: token, at: expiry) == .expired)
        #expect(forger.refusal(of: token, at: expiry + .seconds(1)) == .expired)
    }

    @Test(
        "A token that would live longer than tokens may is refused",
        arguments: ["1800000901", "9223372036854775807", "99999999999999"])
    func lifetime(text: String) throws {
        #expect(try refusal("exp", text) == .lifetimeTooLong)
    }

    @Test("Lowering the lifetime voids the longer tokens")
    func loweredLifetime() throws {
        let keys = try TestKeys(.eddsa)
        let token = try keys.issuer().issue(testIdentity, epoch: 0, at: testTime)
        let shorter = AccessTokenPolicy(
            issuer: testPolicy.issuer, audience: testPolicy.audience, typ: testPolicy.typ, lifetime: .seconds(300))
        #expect(throws: TokenRefusal.lifetimeTooLong) { try keys.verifier(shorter).verify(token, at: testTime) }
    }

    @Test(
        "A token for later is refused now",
        arguments: [("nbf", "1800000001"), ("nbf", "9223372036854775807"), ("iat", "1800000061")])
    func notYet(claim: String, text: String) throws {
        #expect(try refusal(claim, text) == .notYetValid)
    }

    @Test(
        "A token whose time has come is accepted",
        arguments: [("nbf", "1800000000"), ("nbf", "0"), ("nbf", "-1"), ("iat", "1800000060")])
    func timeHasCome(claim: String, text: String) throws {
        #expect(try refusal(claim, text) == nil)
    }

    @Test(
        "Another issuer's or another audience's token is refused",
        arguments: [
            "\"https://example.test/\"", "\"https://EXAMPLE.test\"", "\"https://example.test \"",
            "\"https://evil.test\"",
            "\"https://example.test\\u0000\"",
        ])
    func otherSite(text: String) throws {
        #expect(try refusal("iss", text) == .wrongIssuer)
        #expect(try refusal("aud", text) == .wrongAudience)
    }

    @Test("A claim named twice is refused", arguments: ["sub", "exp", "roles", "iss", "email"])
    func duplicates(claim: String) throws {
        let forger = try Forger()
        let claims = String(forger.claims().dropLast()) + ",\"\(claim)\":1}"
        #expect(forger.refusal(of: try forger.token(claims: claims)) == .malformed)
    }

    @Test("What is wrong with the claims is not told before the signature is checked")
    func signatureFirst() throws {
        let (forger, other) = (try Forger(), try Forger())
        for claims in [forger.claims("exp", "0"), forger.claims("iss", "\"https://evil.test\""), "not even JSON"] {
            let token = try other.token(header: forger.header(), payload: Array(claims.utf8))
            #expect(forger.refusal(of: token) == .badSignature)
        }
    }

    @Test("A verified token says what was signed, and unknown claims change nothing")
    func content() throws {
        let forger = try Forger()
        let token = try forger.verifier.verify(
            try forger.token(claims: forger.claims("new", "{\"a\":[1]}")), at: testTime)
        #expect(token.identity == testIdentity)
        #expect(token.issuedAt == testTime)
        #expect(token.expiresAt == testTime + .seconds(900))
        #expect(token.epoch == 0)
        let plain = try forger.verifier.verify(try forger.token(claims: forger.claims("email", nil)), at: testTime)
        #expect(plain.identity.email == nil)
    }

    @Test("Every refusal has a code of its own, which repeats nothing of the token")
    func codes() {
        #expect(Set(TokenRefusal.allCases.map(\.code)).count == TokenRefusal.allCases.count)
        for refusal in TokenRefusal.allCases {
            #expect(
                refusal.code.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == UInt8(ascii: "_") })
        }
    }
}
