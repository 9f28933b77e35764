import Encoding
import Identity
import JSON
import Secrets
import Testing

@testable import Tokens

/// All 401 JWS vectors of Wycheproof through the parser, the key set and the signature check that every
/// access token goes through. `Tests/Vectors/README.md` has the same table of exceptions in words.
@Suite struct WycheproofTokenTests {
    private typealias TestID = Int64

    /// Published as valid and refused here, each by the rule that refuses it.
    private static let refused: [(rule: String, ids: [ClosedRange<TestID>])] = [
        (
            "keys are for EdDSA, ES256 or HS256 only: RS256, RS384, RS512",
            [33...33, 259...263, 264...267, 268...271, 345...345, 349...349]
        ),
        (
            "keys are for EdDSA, ES256 or HS256 only: PS256, PS384, PS512",
            [272...275, 287...288, 320...323, 325...328, 346...346, 350...350]
        ),
        ("keys are for EdDSA, ES256 or HS256 only: ES512", [347...347, 351...351]),
        ("base64url holds nothing but its alphabet; these hold a question mark", [372...373]),
    ]

    /// Published as invalid for padding they do not hold: the same bytes as 357, which is valid
    /// (C2SP/wycheproof issue 236). Whoever accepts 357 accepts these.
    private static let sameBytesAs357: Set<TestID> = [367, 370]

    private func groups() throws -> [JSONObject] {
        let file = try PublishedSignatureTests.read("wycheproof/json_web_signature_test.json")
        return try #require(file["testGroups"]?.arrayValue).compactMap(\.objectValue)
    }

    /// Only what a public key may hold, for `verify.json` takes nothing private.
    private func keys(of group: JSONObject) -> VerificationKeySet? {
        guard let key = (group["public"] ?? group["private"])?.objectValue else { return nil }
        let members = ["kty", "crv", "alg", "kid", "use", "x", "y", "k", "n", "e"].compactMap { name in
            key[name]?.stringValue.map { (name, JSONOutput.string($0)) }
        }
        var operations: [(String, JSONOutput)] = []
        if let names = key["key_ops"]?.arrayValue?.compactMap(\.stringValue) {
            operations = [("key_ops", .array(names.map { .string($0) }))]
        }
        return try? .parse(TestKeys.document([.object(members + operations)]))
    }

    private func isAccepted(_ text: String, by keys: VerificationKeySet?) -> Bool {
        guard let token = try? SignedToken(Array(text.utf8)),
            let (key, _) = keys?.key(token.kid, at: testTime, tokenLifetime: .seconds(900))
        else { return false }
        return (try? token.verify(with: key)) != nil && (try? token.payload()) != nil
    }

    /// V-J1, N-J2.
    @Test("Every one of the 401 JWS vectors is decided as published, but for those that a stricter rule refuses")
    func vectors() throws {
        let refused = Set(Self.refused.flatMap(\.ids).joined())
        #expect(refused.count == 36)
        var (decided, accepted, asPublished) = (Set<TestID>(), 0, 0)
        for group in try groups() {
            let keys = keys(of: group)
            for test in try #require(group["tests"]?.arrayValue).compactMap(\.objectValue) {
                let id = try #require(test["tcId"]?.integerValue)
                let published = try #require(test["result"]?.stringValue)
                #expect(["valid", "invalid"].contains(published))
                let isAccepted = isAccepted(try #require(test["jws"]?.stringValue), by: keys)
                if refused.contains(id) {
                    #expect(published == "valid" && !isAccepted, "\(id)")
                } else if Self.sameBytesAs357.contains(id) {
                    #expect(published == "invalid" && isAccepted, "\(id)")
                } else {
                    #expect(isAccepted == (published == "valid"), "\(id) \(test["comment"]?.stringValue ?? "")")
                    asPublished += 1
                }
                decided.insert(id)
                accepted += isAccepted ? 1 : 0
            }
        }
        #expect(decided == Set(1...401))
        #expect(asPublished == 401 - 36 - 2)
        #expect(accepted == 12)
    }

    @Test("A vector published as padded holds the bytes of the valid one")
    func mislabeled() throws {
        var texts: [TestID: String] = [:]
        for group in try groups() {
            for test in try #require(group["tests"]?.arrayValue).compactMap(\.objectValue) {
                texts[try #require(test["tcId"]?.integerValue)] = try #require(test["jws"]?.stringValue)
            }
        }
        for id in Self.sameBytesAs357 { #expect(texts[id] == texts[357]) }
    }

    /// N-J2: the key fixes the algorithm, and a key of another kind is no key at all.
    @Test("A key for encryption, of RSA or of another curve is in no key set")
    func wrongKeys() throws {
        let refused = try groups().filter { keys(of: $0) == nil }.compactMap { $0["comment"]?.stringValue }
        #expect(refused.count == 17)
        #expect(refused.filter { $0 == "ec_key_for_encryption" }.count == 2)
        #expect(refused.filter { $0 == "rsa_encryption" }.count == 2)
        #expect(Set(refused).isDisjoint(with: ["hs256", "es256", "base64", "SpecialCaseEs256"]))
    }
}
