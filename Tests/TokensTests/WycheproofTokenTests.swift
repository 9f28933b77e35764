import Encoding
import Identity
import JSON
import Secrets
import Testing

@testable import Tokens

@Suite struct WycheproofTokenTests {
    /// Marked valid although their base64url holds a question mark, for parsers that skip such; we do not.
    private static let lenient: Set<Int64> = [372, 373]

    /// Marked invalid for padding they do not hold: the same bytes as 357, which is valid
    /// (C2SP/wycheproof issue 236).
    private static let mislabeled: Set<Int64> = [367, 370]

    /// Groups whose keys are for our three algorithms, those for encryption included.
    private func groups() throws -> [JSONObject] {
        let file = try PublishedSignatureTests.read("wycheproof/json_web_signature_test.json")
        return try #require(file["testGroups"]?.arrayValue).compactMap(\.objectValue).filter { group in
            let key = (group["public"] ?? group["private"])?.objectValue
            return key?["kty"]?.stringValue == "oct" || key?["crv"]?.stringValue == "P-256"
        }
    }

    /// Only what a public key may hold, for `verify.json` takes nothing private.
    private func keys(of group: JSONObject) -> VerificationKeySet? {
        guard let key = (group["public"] ?? group["private"])?.objectValue else { return nil }
        let members = ["kty", "crv", "alg", "kid", "use", "x", "y", "k"].compactMap { name in
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
            let key = keys?.key(token.kid, at: testTime, tokenLifetime: .seconds(900))
        else { return false }
        return (try? token.verify(with: key)) != nil && (try? token.payload()) != nil
    }

    @Test("Every JWS vector for HS256 and ES256 is decided as published")
    func vectors() throws {
        var count = 0
        for group in try groups() {
            let keys = keys(of: group)
            for test in try #require(group["tests"]?.arrayValue).compactMap(\.objectValue) {
                let id = try #require(test["tcId"]?.integerValue)
                let isMarkedValid = test["result"]?.stringValue == "valid"
                let isValid = isMarkedValid && !Self.lenient.contains(id) || Self.mislabeled.contains(id)
                let text = try #require(test["jws"]?.stringValue)
                #expect(isAccepted(text, by: keys) == isValid, "\(id) \(test["comment"]?.stringValue ?? "")")
                count += 1
            }
        }
        #expect(count == 81)
    }

    @Test("A key for encryption is in no key set")
    func wrongUse() throws {
        let groups = try groups().filter { $0["comment"]?.stringValue == "ec_key_for_encryption" }
        #expect(groups.count == 2)
        for group in groups { #expect(keys(of: group) == nil) }
    }
}
