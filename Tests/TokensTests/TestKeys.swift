import Encoding
import Identity
import JSON
import Secrets

@testable import TokenSigning
@testable import Tokens

/// The moment the tests happen at.
let testTime = Timestamp(seconds: 1_800_000_000)

let testPolicy = AccessTokenPolicy(
    issuer: "https://example.test", audience: "https://example.test", typ: "at+jwt", lifetime: .seconds(900))

let testIdentity = Identity(
    account: .make(at: testTime), session: .make(at: testTime), username: "ada", email: "ada@example.test",
    roles: [Role("admin"), Role("ops")].compactMap { $0 })

/// Fresh keys, read back from the same texts that the key files hold.
struct TestKeys {
    let records: [PrivateJSONWebKey]

    init(_ algorithm: SignatureAlgorithm, beginning: [Timestamp] = [Timestamp(seconds: 0)]) throws {
        records = try beginning.map { try PrivateJSONWebKey.generate(algorithm, notBefore: $0) }
    }

    func verification() throws -> VerificationKeySet { try .parse(Self.document(records.map(\.verifying))) }
    func signing() throws -> SigningKeySet { try .parse(Self.document(records.map(\.signing))) }

    func verifier(_ policy: AccessTokenPolicy = testPolicy) throws -> TokenVerifier {
        TokenVerifier(policy: policy, keys: try verification())
    }

    func issuer(_ policy: AccessTokenPolicy = testPolicy) throws -> TokenIssuer {
        TokenIssuer(policy: policy, keys: try signing())
    }

    static func document(_ keys: [JSONOutput]) -> SecretBytes {
        SecretBytes(copying: JSONOutput.object([("keys", .array(keys))]).serialized())
    }
}

/// A token with any header and any payload, and a signature by our own key: what is refused is refused
/// for what it says.
struct Forger {
    let key: SigningKey
    let verifier: TokenVerifier

    init(_ algorithm: SignatureAlgorithm = .eddsa) throws {
        let keys = try TestKeys(algorithm)
        key = try keys.signing().signer(at: testTime)
        verifier = try keys.verifier()
    }

    /// A header as the issuer makes it, with one member's JSON text replaced, added, or left out.
    func header(_ name: String? = nil, _ text: String? = nil) -> String {
        Self.object(
            [("alg", "\"\(key.algorithm.rawValue)\""), ("typ", "\"at+jwt\""), ("kid", "\"\(key.kid)\"")],
            with: name, text)
    }

    /// Claims as the issuer makes them, with one claim's JSON text replaced, added, or left out.
    func claims(_ name: String? = nil, _ text: String? = nil) -> String {
        Self.object(
            [
                ("iss", "\"https://example.test\""), ("aud", "\"https://example.test\""),
                ("sub", "\"\(testIdentity.account)\""), ("sid", "\"\(testIdentity.session)\""),
                ("iat", "\(testTime.seconds)"), ("exp", "\(testTime.seconds + 900)"), ("jti", "\"1\""), ("epoch", "0"),
                ("username", "\"ada\""), ("roles", "[\"admin\",\"ops\"]"), ("email", "\"ada@example.test\""),
            ],
            with: name, text)
    }

    func token(header: String, payload: [UInt8]) throws -> String {
        try sign(Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload))
    }

    func token(header: String? = nil, claims: String? = nil) throws -> String {
        try token(header: header ?? self.header(), payload: Array((claims ?? self.claims()).utf8))
    }

    /// Signs whatever comes before the second dot.
    func sign(_ content: String) throws -> String {
        content + "." + Base64URL.encode(try key.signature(for: Array(content.utf8).span.bytes))
    }

    /// Nil if the token is accepted.
    func refusal(of token: String, at now: Timestamp = testTime) -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try verifier.verify(token, at: now)
            return nil
        } catch {
            return error
        }
    }

    private static func object(_ members: [(String, String)], with name: String?, _ text: String?) -> String {
        var members = members
        if let name {
            members.removeAll { $0.0 == name }
            if let text { members.append((name, text)) }
        }
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}
