import Identity
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct RolloverTests {
    private let start = testTime
    private let lifetime = testPolicy.lifetime

    @Test("No token is refused before it expires, at any second of three rotations of different algorithms")
    func everySecond() throws {
        let records = try [(SignatureAlgorithm.eddsa, -10_000), (.es256, 600), (.hs256, 2000)].map {
            algorithm, offset in
            try PrivateJSONWebKey.generate(algorithm, notBefore: start + .seconds(offset))
        }
        let verifier = TokenVerifier(
            policy: testPolicy, keys: try VerificationKeySet.parse(TestKeys.document(records.map(\.verifying))))
        let issuer = TokenIssuer(
            policy: testPolicy, keys: try SigningKeySet.parse(TestKeys.document(records.map(\.signing))))
        var signers: Set<String> = []
        for second in stride(from: 0, through: 4000, by: 7) {
            let issued = start + .milliseconds(second * 1000 + 999)
            let token = try issuer.issue(testIdentity, epoch: 0, at: issued)
            signers.insert(String(token.prefix { $0 != "." }))
            for age in [0, 1, 450, 898] {
                #expect(throws: Never.self) { try verifier.verify(token, at: issued + .seconds(age)) }
            }
            #expect(throws: TokenRefusal.self) { try verifier.verify(token, at: issued + .seconds(900)) }
        }
        #expect(signers.count == 3)
    }

    @Test("The last token of an old key is good to its last millisecond, and the key ends with it")
    func lastToken() throws {
        let keys = try TestKeys(.eddsa, beginning: [start - .seconds(1000), start])
        let (issuer, verifier) = (try keys.issuer(), try keys.verifier())
        let lastMoment = start - .milliseconds(1)
        let token = try issuer.issue(testIdentity, epoch: 0, at: lastMoment)
        let expiry = Timestamp(seconds: lastMoment.seconds) + lifetime
        #expect(throws: Never.self) { try verifier.verify(token, at: expiry - .milliseconds(1)) }
        #expect(throws: TokenRefusal.expired) { try verifier.verify(token, at: expiry) }

        let old = keys.records[0].kid
        let set = try keys.verification()
        #expect(set.key(old, at: start + lifetime - .milliseconds(1), tokenLifetime: lifetime) != nil)
        #expect(set.key(old, at: start + lifetime, tokenLifetime: lifetime) == nil)
        #expect(set.key(keys.records[1].kid, at: .init(milliseconds: .max), tokenLifetime: lifetime) != nil)
    }

    @Test("A stolen key that has been followed signs nothing that is accepted once its time is over")
    func retiredKey() throws {
        let keys = try TestKeys(.eddsa, beginning: [start - .seconds(1000), start])
        let old = try SigningKeySet.parse(TestKeys.document([keys.records[0].signing]))
        let later = start + lifetime
        let token = try TokenIssuer(policy: testPolicy, keys: old).issue(testIdentity, epoch: 0, at: later)
        #expect(throws: TokenRefusal.unknownKey) { try keys.verifier().verify(token, at: later) }
    }

    @Test("The key that began last signs, from its first millisecond on")
    func signer() throws {
        let keys = try TestKeys(.eddsa, beginning: [start, start + .seconds(600), start + .seconds(1200)])
        let set = try keys.signing()
        for (offset, index) in [(0, 0), (599_999, 0), (600_000, 1), (1_199_999, 1), (1_200_000, 2), (9_000_000, 2)] {
            #expect(try set.signer(at: start + .milliseconds(offset)).kid == keys.records[index].kid)
        }
    }

    ///
    @Test("Before any key has begun the first one signs: a clock that was set back refuses nobody")
    func clockSetBack() throws {
        let keys = try TestKeys(.eddsa, beginning: [start, start + .seconds(600)])
        for earlier in [start - .milliseconds(1), Timestamp(seconds: 0)] {
            #expect(try keys.signing().signer(at: earlier).kid == keys.records[0].kid)
            #expect(
                try keys.verification().key(keys.records[0].kid, at: earlier, tokenLifetime: lifetime) != nil)
        }
    }

    @Test("A key verifies from its publication on, so a clock that is ahead refuses nobody")
    func published() throws {
        let keys = try TestKeys(.eddsa, beginning: [start - .seconds(1000), start + .seconds(600)])
        #expect(try keys.verification().key(keys.records[1].kid, at: start, tokenLifetime: lifetime) != nil)
    }
}
