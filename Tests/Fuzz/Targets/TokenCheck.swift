import Encoding
import Identity
import JSON
import Secrets

@testable import TokenSigning
@testable import Tokens

/// Only what the key signed is a token, and a token says what is written in it.
///
/// The first byte chooses: any text; a good token with bytes changed; a token that is signed well
/// over one changed claim; or one signed over any header and claims.
@Sendable func checkToken(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let input = bytes.dropFirst()
    // EdDSA costs a hundred times as much as HS256 and is read by the same code.
    let key = choice & 0xF0 == 0xF0 ? Key.eddsa : Key.shared
    switch choice % 4 {
    case 0: judge(Array(input), key, at: moment)
    case 1:
        let good = Array(key.sign(key.header + "." + Base64URL.encode(Claims.text().utf8)).utf8)
        promise((try? key.verifier.verify(good, at: moment)) != nil, "a good token is refused")
        let damaged = edited(good, by: input)
        if damaged != good {
            promise((try? key.verifier.verify(damaged, at: moment)) == nil, "a changed token is taken")
        }
    case 2:
        let member = Claims.names[Int(input.first ?? 0) % Claims.names.count]
        let claims = Claims.text(replacing: member, with: text(input.dropFirst(2)))
        let shift = Int64(Int8(bitPattern: input.dropFirst().first ?? 0)) * 16
        judge(Array(key.sign(key.header + "." + Base64URL.encode(claims.utf8)).utf8), key, at: moment + .seconds(shift))
    default:
        let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let header = parts.count > 1 ? Base64URL.encode(parts[1]) : key.header
        judge(Array(key.sign(header + "." + Base64URL.encode(parts[0])).utf8), key, at: moment)
    }
}

private let moment = Timestamp(seconds: 1_800_000_000)
private let policy = AccessTokenPolicy(
    issuer: "https://example.test", audience: "https://example.test", typ: "at+jwt", lifetime: .seconds(900))

/// A key that is no secret: the bytes 1 to 32.
private struct Key {
    let signing: SigningKey
    let verifier: TokenVerifier
    let header: String

    nonisolated(unsafe) static let shared = Key(
        #"{"kty":"oct","alg":"HS256","kid":"k","k":"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"}"#)
    nonisolated(unsafe) static let eddsa = Key(
        #"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k","d":"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA","#
            + #""x":"ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ"}"#)

    init(_ jwk: String) {
        let record = require { try PrivateJSONWebKey.parseSet(Self.document(jwk)) }[0]
        signing = require { try SigningKeySet.parse(Self.document(jwk)).signer(at: moment) }
        let verifying = text(record.verifying.serialized())
        verifier = TokenVerifier(
            policy: policy, keys: require { try VerificationKeySet.parse(Self.document(verifying)) })
        let algorithm = signing.algorithm.rawValue
        header = Base64URL.encode(#"{"alg":"\#(algorithm)","typ":"at+jwt","kid":"k"}"#.utf8)
    }

    private static func document(_ key: String) -> SecretBytes { SecretBytes(copying: "{\"keys\":[\(key)]}".utf8) }

    func signature(_ content: [UInt8]) -> [UInt8] { require { try signing.signature(for: content.span.bytes) } }

    func sign(_ content: String) -> String { content + "." + Base64URL.encode(signature(Array(content.utf8))) }
}

/// The claims of a good token, written by hand.
private enum Claims {
    static let members = [
        ("iss", "\"https://example.test\""), ("aud", "\"https://example.test\""),
        ("sub", "\"019aa000-0000-7000-8000-000000000001\""), ("sid", "\"019aa000-0000-7000-8000-000000000002\""),
        ("iat", "1800000000"), ("exp", "1800000900"), ("jti", "\"1\""), ("epoch", "0"), ("username", "\"ada\""),
        ("roles", "[\"admin\"]"),
    ]
    static let names = members.map(\.0) + ["email", "nbf", "other"]

    static func text(replacing name: String? = nil, with value: String = "") -> String {
        var written = members.filter { $0.0 != name }
        if let name, !value.isEmpty { written.append((name, value)) }
        return "{" + written.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}

/// Accepted means: made by the key, byte for byte, and saying within the rules what the token is
/// taken to say, as another reader reads it.
private func judge(_ sent: [UInt8], _ key: Key, at now: Timestamp) {
    guard let token = try? key.verifier.verify(sent, at: now) else { return }
    let parts = sent.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
    promise(parts.count == 3 && sent.count <= TokenVerifier.maximumTokenBytes, "not three parts")
    let decoded = parts.compactMap { base64URL($0) }
    promise(decoded.count == 3, "not base64url")
    promise(zip(parts, decoded).allSatisfy { $0 == Array(Base64URL.encode($1).utf8) }, "two spellings of one token")
    promise(key.signature(parts[0] + [UInt8(ascii: ".")] + parts[1]) == decoded[2], "another signature than the key's")

    let header = ReferenceJSON.parse(decoded[0], depth: 16)
    promise(header?["alg"]?.text == key.signing.algorithm.rawValue, "another algorithm")
    promise(header?["typ"]?.text == "at+jwt" && header?["kid"]?.text == "k", "another type or key")
    if case .object(let members) = header { promise(members.count == 3, "a header that says more") }
    guard let claims = ReferenceJSON.parse(decoded[1], depth: 16) else { return promise(false, "claims are not JSON") }
    promise(claims["iss"]?.text == policy.issuer && claims["aud"]?.text == policy.audience, "for another site")
    agree(token, claims, at: now)
}

private func agree(_ token: AccessToken, _ claims: ReferenceJSON, at now: Timestamp) {
    guard let issued = claims["iat"]?.integer, let expiry = claims["exp"]?.integer else {
        return promise(false, "times that are no integers")
    }
    promise(expiry > now.seconds, "an expired token")
    let (life, overflow) = expiry.subtractingReportingOverflow(issued)
    promise(!overflow && life <= 900 && issued <= now.seconds + 60, "a token of the future, or for too long")
    if let beginning = claims["nbf"] { promise(beginning.integer.map { $0 <= now.seconds } ?? false, "too early") }
    promise(token.issuedAt.seconds == issued && token.expiresAt.seconds == expiry, "other times")
    promise(claims["epoch"]?.integer == token.epoch && token.epoch >= 0, "another epoch")
    promise(same(claims["jti"]?.text, token.id), "another id")
    let identity = token.identity
    promise(same(claims["sub"]?.text, identity.account.description), "another account")
    promise(same(claims["sid"]?.text, identity.session.description), "another session")
    promise(same(claims["username"]?.text, identity.username) && !identity.username.isEmpty, "another name")
    promise(same(claims["email"]?.text, identity.email), "another e-mail address")
    guard case .array(let roles)? = claims["roles"] else { return promise(false, "roles that are no list") }
    promise(roles.map(\.text) == identity.roles.map(\.name), "other roles")
}

private func same(_ one: String?, _ other: String?) -> Bool {
    one.map { Array($0.utf8) } == other.map { Array($0.utf8) }
}

/// Base64url without padding, bit by bit.
private func base64URL(_ text: [UInt8]) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var bits: [Int] = []
    for digit in text {
        guard let value = alphabet.firstIndex(of: digit) else { return nil }
        bits += (0..<6).map { value >> (5 - $0) & 1 }
    }
    guard bits.count % 8 < 6, bits.suffix(bits.count % 8).allSatisfy({ $0 == 0 }) else { return nil }
    return (0..<bits.count / 8).map { byte in UInt8(bits[byte * 8..<byte * 8 + 8].reduce(0) { $0 * 2 + $1 }) }
}
