/// The algorithms a token may be signed with, by their JOSE names (RFC 7518, RFC 8037). A key has
/// exactly one; a token never chooses.
public enum SignatureAlgorithm: String, CaseIterable, Sendable {
    case eddsa = "EdDSA"
    case es256 = "ES256"
    /// The key that verifies can also sign: for sites that must share a secret.
    case hs256 = "HS256"

    /// Whether the verifying key may be shown to everybody.
    public var isAsymmetric: Bool { self != .hs256 }
}
