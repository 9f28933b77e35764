public import Identity
public import Secrets

/// Where a verifier finds the key that a token names.
public protocol VerificationKeySource {
    /// Nil for a key that is unknown, or that was followed by another long enough ago for its last
    /// token to have expired; `until` is that moment, as far as it is known.
    func key(_ kid: String, at now: Timestamp, tokenLifetime: Duration) -> (key: VerificationKey, until: Timestamp)?
}

/// The keys that tokens may be checked with, as `verify.json` lists them: a JSON Web Key Set
/// (RFC 7517), each key with `nbf`, the first second it signs in.
public struct VerificationKeySet: VerificationKeySource, Sendable {
    /// In the order in which they sign.
    public let keys: [VerificationKey]

    public static func load(path: String) throws(KeySetError) -> VerificationKeySet {
        try parse(try KeyFile<VerificationKeySet>.contents(of: path).contents)
    }

    public static func parse(_ document: SecretBytes) throws(KeySetError) -> VerificationKeySet {
        var keys: [VerificationKey] = []
        for key in try JSONWebKey.parseSet(document) { keys.append(try VerificationKey(key)) }
        return VerificationKeySet(keys: keys.sorted { ($0.notBefore, $0.kid) < ($1.notBefore, $1.kid) })
    }

    /// A key signs its last token just before its successor begins; from `tokenLifetime` after that on
    /// it verifies nothing.
    public func key(
        _ kid: String, at now: Timestamp, tokenLifetime: Duration
    ) -> (key: VerificationKey, until: Timestamp)? {
        guard let index = keys.firstIndex(where: { $0.kid.utf8.elementsEqual(kid.utf8) }) else { return nil }
        guard index + 1 < keys.count else { return (keys[index], Timestamp(milliseconds: .max)) }
        let until = keys[index + 1].notBefore + tokenLifetime
        return until <= now ? nil : (keys[index], until)
    }
}
