import Encoding
import Identity
import JSON
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct TokenIssuerTests {
    private func part(_ index: Int, of token: String) throws -> JSONObject {
        let parts = token.split(separator: ".")
        let bytes = try #require(Base64URL.decode(parts[index].utf8))
        return try #require(try JSONValue.parse(bytes).objectValue)
    }

    @Test("What was issued is verified, with everything it says", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let keys = try TestKeys(algorithm)
        let (issuer, verifier) = (try keys.issuer(), try keys.verifier())
        for _ in 0..<50 {
            let token = try verifier.verify(try issuer.issue(testIdentity, epoch: 7, at: testTime), at: testTime)
            #expect(token.identity == testIdentity)
            #expect(token.epoch == 7)
            #expect(token.expiresAt - token.issuedAt == testPolicy.lifetime)
        }
    }

    @Test("Header and claims are as the contract has them, and no more")
    func contract() throws {
        let token = try TestKeys(.eddsa).issuer().issue(testIdentity, epoch: 0, at: testTime + .milliseconds(999))
        let (header, claims) = (try part(0, of: token), try part(1, of: token))
        #expect(header.names.sorted() == ["alg", "kid", "typ"])
        #expect(header["typ"]?.stringValue == "at+jwt")
        #expect(
            claims.names.sorted()
                == ["aud", "email", "epoch", "exp", "iat", "iss", "jti", "roles", "sid", "sub", "username"])
        #expect(claims["iat"]?.integerValue == testTime.seconds)
        #expect(claims["exp"]?.integerValue == testTime.seconds + 900)
        #expect(claims["roles"]?.arrayValue?.compactMap(\.stringValue) == ["admin", "ops"])
    }

    @Test("A token does not outlive its session, nor its own lifetime")
    func end() throws {
        let keys = try TestKeys(.eddsa)
        let (issuer, verifier) = (try keys.issuer(), try keys.verifier())
        for (seconds, expected) in [(60, 60), (900, 900), (86_400, 900)] {
            let end = testTime + .seconds(seconds)
            let text = try issuer.issue(testIdentity, epoch: 0, at: testTime, notPast: end)
            #expect(try verifier.verify(text, at: testTime).expiresAt == testTime + .seconds(expected))
        }
    }

    @Test("An account without e-mail and roles gets a token without the one and with none of the other")
    func withoutEmail() throws {
        let identity = Identity(
            account: testIdentity.account, session: testIdentity.session, username: "ada", email: nil, roles: [])
        let keys = try TestKeys(.eddsa)
        let token = try keys.issuer().issue(identity, epoch: 0, at: testTime)
        #expect(try part(1, of: token)["email"] == nil)
        #expect(try keys.verifier().verify(token, at: testTime).identity == identity)
    }

    @Test("Names in any script, and names that look like JSON or HTML, come through")
    func names() throws {
        let keys = try TestKeys(.eddsa)
        let (issuer, verifier) = (try keys.issuer(), try keys.verifier())
        for name in ["žofie", "Ω", "名前", "a\"b", "\\", "</script>", "a\u{301}", "😀"] {
            let identity = Identity(
                account: testIdentity.account, session: testIdentity.session, username: name, email: nil, roles: [])
            let token = try verifier.verify(try issuer.issue(identity, epoch: 0, at: testTime), at: testTime)
            #expect(Array(token.identity.username.utf8) == Array(name.utf8))
        }
    }

    @Test("Every token has an id of its own")
    func ids() throws {
        let issuer = try TestKeys(.hs256).issuer()
        let ids = try (0..<100).map { _ in
            try #require(try part(1, of: try issuer.issue(testIdentity, epoch: 0, at: testTime))["jti"]?.stringValue)
        }
        #expect(Set(ids).count == 100)
    }

    @Test("The typ that is set is the typ that is issued and asked for")
    func typ() throws {
        let keys = try TestKeys(.eddsa)
        let policy = AccessTokenPolicy(
            issuer: testPolicy.issuer, audience: testPolicy.audience, typ: "JWT", lifetime: testPolicy.lifetime)
        let token = try keys.issuer(policy).issue(testIdentity, epoch: 0, at: testTime)
        #expect(try part(0, of: token)["typ"]?.stringValue == "JWT")
        #expect(throws: Never.self) { try keys.verifier(policy).verify(token, at: testTime) }
        #expect(throws: TokenRefusal.wrongType) { try keys.verifier().verify(token, at: testTime) }
    }

    @Test("Roles that do not fit into a cookie are an error, and the most that do are verified")
    func tooLong() throws {
        let keys = try TestKeys(.eddsa)
        func identity(_ count: Int) -> Identity {
            Identity(
                account: testIdentity.account, session: testIdentity.session, username: "ada", email: nil,
                roles: (0..<count).compactMap { Role("role-\($0)-" + String(repeating: "x", count: 40)) })
        }
        #expect(throws: TokenSigningError.tooLong) { try keys.issuer().issue(identity(60), epoch: 0, at: testTime) }
        let longest = try #require(
            (0..<60).reversed().lazy.compactMap { try? keys.issuer().issue(identity($0), epoch: 0, at: testTime) }.first
        )
        #expect((3900...TokenIssuer.maximumIssuedBytes).contains(longest.utf8.count))
        #expect(throws: Never.self) { try keys.verifier().verify(longest, at: testTime) }
    }
}
