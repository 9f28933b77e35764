public import Identity
public import Secrets
public import Tokens

/// Where an issuer finds the key that signs now.
public protocol SigningKeySource {
    func signer(at now: Timestamp) throws(TokenSigningError) -> SigningKey
}

/// The keys of `signing.json`: a JSON Web Key Set with private members and `nbf`.
public struct SigningKeySet: SigningKeySource, Sendable {
    /// In the order in which they sign.
    public let keys: [SigningKey]

    public static func parse(_ document: SecretBytes) throws(KeySetError) -> SigningKeySet {
        var keys: [SigningKey] = []
        for key in try PrivateJSONWebKey.parseSet(document) { keys.append(try SigningKey(key)) }
        return SigningKeySet(keys: keys)
    }

    /// The one that began last. Where none has begun the clock was set back, and the first one signs:
    /// keys verify from their publication on, and nobody must be shut out for a clock.
    public func signer(at now: Timestamp) throws(TokenSigningError) -> SigningKey {
        guard let key = keys.last(where: { $0.notBefore <= now }) ?? keys.first else { throw .noKey }
        return key
    }
}

/// `signing.json`, followed while the program runs: looked at (one stat) for each token, so that a key
/// made because another was stolen signs from the next token on. For one thread.
public final class SigningKeyFile: SigningKeySource {
    private let file: KeyFile<SigningKeySet>

    /// Throws if there are no good keys at the start.
    public init(path: String) throws(KeySetError) {
        file = try KeyFile(path: path, parse: SigningKeySet.parse)
    }

    /// Why the file as it is now cannot be used, while the keys from before are.
    public var problem: KeySetError? { file.problem }

    public func signer(at now: Timestamp) throws(TokenSigningError) -> SigningKey {
        file.refresh(at: now, atMostEvery: .zero)
        return try file.contents.signer(at: now)
    }
}
