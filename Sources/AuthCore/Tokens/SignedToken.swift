import Encoding
import JSON

/// A token in the JWS compact serialization (RFC 7515 section 7.1), taken apart but not believed.
///
/// The header is read, because it names the key; the payload stays base64url until the signature has
/// been checked.
struct SignedToken {
    let kid: String
    let algorithm: String
    let type: String?

    private let bytes: [UInt8]
    private let firstDot: Int
    private let secondDot: Int
    private let signature: [UInt8]

    /// Everything a header of ours holds. Whatever else changes how a token is read, or who is asked
    /// for its key, is unknown and refused.
    private static let headerMembers: Set<String> = ["alg", "kid", "typ"]

    init(_ bytes: [UInt8]) throws(TokenRefusal) {
        (firstDot, secondDot) = try Self.dots(in: bytes)
        guard let header = Base64URL.decode(bytes[..<firstDot]).flatMap({ try? JSONValue.parse($0).objectValue }),
            let signature = Base64URL.decode(bytes[(secondDot + 1)...])
        else { throw .malformed }
        guard header.names.allSatisfy(Self.headerMembers.contains) else { throw .criticalHeader }
        guard let kid = header["kid"]?.stringValue else { throw .unknownKey }
        guard let algorithm = header["alg"]?.stringValue else { throw .algorithmMismatch }
        type = try Self.type(of: header)
        self.kid = kid
        self.algorithm = algorithm
        self.signature = signature
        self.bytes = bytes
    }

    /// Whether this key signed the header and the payload, with the algorithm that is its own.
    func verify(with key: VerificationKey) throws(TokenRefusal) {
        guard algorithm == key.algorithm.rawValue else { throw .algorithmMismatch }
        let message = bytes.span.extracting(..<secondDot).bytes
        guard key.isValidSignature(signature, for: message) else { throw .badSignature }
    }

    /// The payload's object; asked for after `verify`.
    func claims() throws(TokenRefusal) -> JSONObject {
        guard let claims = try? JSONValue.parse(payload()).objectValue else { throw .malformed }
        return claims
    }

    /// The payload's bytes; asked for after `verify`.
    func payload() throws(TokenRefusal) -> [UInt8] {
        guard let payload = Base64URL.decode(bytes[(firstDot + 1)..<secondDot]) else { throw .malformed }
        return payload
    }

    /// Counted before anything is split or copied: exactly two.
    private static func dots(in bytes: [UInt8]) throws(TokenRefusal) -> (first: Int, second: Int) {
        let dot = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: dot), let second = bytes[(first + 1)...].firstIndex(of: dot),
            !bytes[(second + 1)...].contains(dot)
        else { throw .malformed }
        return (first, second)
    }

    private static func type(of header: JSONObject) throws(TokenRefusal) -> String? {
        guard let member = header["typ"] else { return nil }
        guard let type = member.stringValue else { throw .wrongType }
        return type
    }
}
