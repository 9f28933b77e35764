import Encoding
package import Identity
package import JSON
package import Secrets

/// The members of one key of a JSON Web Key Set (RFC 7517) that public and private keys share, and
/// strict access to the rest.
package struct JSONWebKey: Sendable {
    package let kid: String
    package let algorithm: SignatureAlgorithm
    /// When the key begins to sign; our own member `nbf`, in seconds. A key without one may always sign.
    package let notBefore: Timestamp
    private let members: JSONObject

    /// In bytes. Ours have 22 or 43.
    private static let maximumKeyIDBytes = 256

    package init(_ value: JSONValue) throws(KeySetError) {
        guard let members = value.objectValue else { throw .malformed }
        self.members = members
        kid = try Self.text("kid", of: members)
        guard (1...Self.maximumKeyIDBytes).contains(kid.utf8.count) else { throw .malformed }
        guard let algorithm = SignatureAlgorithm(rawValue: try Self.text("alg", of: members)) else {
            throw .unsupportedKey
        }
        self.algorithm = algorithm
        notBefore = try Self.beginning(of: members)
        try Self.checkUse(of: members)
        try Self.checkType(of: members, algorithm)
    }

    /// Reads `{"keys": [...]}`.
    package static func parseSet(_ document: SecretBytes) throws(KeySetError) -> [JSONWebKey] {
        guard case .object(let set)? = try? JSONValue.parse(document), let values = set["keys"]?.arrayValue else {
            throw .malformed
        }
        guard !values.isEmpty else { throw .empty }
        var keys: [JSONWebKey] = []
        for value in values {
            let key = try JSONWebKey(value)
            guard !keys.contains(where: { $0.kid == key.kid }) else { throw .duplicateKeyID }
            keys.append(key)
        }
        return keys
    }

    package func contains(_ name: String) -> Bool { members[name] != nil }

    /// The bytes of a base64url member.
    package func bytes(_ name: String) throws(KeySetError) -> [UInt8] {
        guard let bytes = Base64URL.decode(try Self.text(name, of: members)) else { throw .malformed }
        return bytes
    }

    /// The same of a member that is secret: its text is never a `String`, its bytes are zeroed.
    package func secret(_ name: String) throws(KeySetError) -> SecretBytes {
        guard case .string(let text)? = members[name] else { throw .malformed }
        let decoded = text.secret.withUnsafeBytes { text in
            Base64URL.decode(text.assumingMemoryBound(to: UInt8.self))
        }
        guard var decoded else { throw .malformed }
        return SecretBytes(erasing: &decoded)
    }
}

extension JSONWebKey {
    private static func text(_ name: String, of members: JSONObject) throws(KeySetError) -> String {
        guard let text = members[name]?.stringValue else { throw .malformed }
        return text
    }

    private static func beginning(of members: JSONObject) throws(KeySetError) -> Timestamp {
        guard let member = members["nbf"] else { return Timestamp(seconds: 0) }
        guard let seconds = member.integerValue, seconds >= 0 else { throw .malformed }
        return Timestamp(seconds: seconds)
    }

    /// A key for encryption never verifies a signature (RFC 7517 sections 4.2, 4.3).
    private static func checkUse(of members: JSONObject) throws(KeySetError) {
        if let use = members["use"], use.stringValue != "sig" { throw .unsupportedKey }
        if let operations = members["key_ops"] {
            guard let names = operations.arrayValue?.map(\.stringValue),
                names.contains("verify") || names.contains("sign")
            else { throw .unsupportedKey }
        }
    }

    /// `kty` and `crv` must be the algorithm's own, so that no key is read as one of another kind.
    private static func checkType(of members: JSONObject, _ algorithm: SignatureAlgorithm) throws(KeySetError) {
        let type = try text("kty", of: members)
        let curve = members["crv"]?.stringValue
        guard let expected = types[type] else { throw .unsupportedKey }
        guard expected.algorithm == algorithm else { throw .algorithmMismatch }
        guard expected.curve == curve else { throw .unsupportedKey }
    }

    private static let types: [String: (curve: String?, algorithm: SignatureAlgorithm)] = [
        "OKP": ("Ed25519", .eddsa), "EC": ("P-256", .es256), "oct": (nil, .hs256),
    ]
}
