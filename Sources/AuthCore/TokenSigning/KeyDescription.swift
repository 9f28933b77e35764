public import Identity
public import Tokens

/// What an admin sees of a key. Holds nothing secret.
public struct KeyDescription: Sendable, Equatable {
    public enum Status: String, Sendable {
        /// Published, not signing yet.
        case upcoming
        case signing
        /// Followed by another; tokens it signed may still be about.
        case verifying
        /// Its last token has expired; the next rotation takes it away.
        case retired
    }

    public let kid: String
    public let algorithm: SignatureAlgorithm
    public let status: Status
    public let notBefore: Timestamp
    /// When its last token has expired; nil as long as no other key follows.
    public let retiresAt: Timestamp?
}

extension KeyDescription {
    /// Of keys in the order in which they sign.
    static func describe(
        _ keys: [PrivateJSONWebKey], at now: Timestamp, tokenLifetime: Duration
    ) -> [KeyDescription] {
        keys.enumerated().map { index, key in
            let successor = index + 1 < keys.count ? keys[index + 1].notBefore : nil
            let retiresAt = successor.map { $0 + tokenLifetime }
            let status: Status =
                if key.notBefore > now {
                    .upcoming
                } else if let successor, let retiresAt, successor <= now {
                    retiresAt <= now ? .retired : .verifying
                } else {
                    .signing
                }
            return KeyDescription(
                kid: key.kid, algorithm: key.algorithm, status: status, notBefore: key.notBefore,
                retiresAt: retiresAt)
        }
    }
}
