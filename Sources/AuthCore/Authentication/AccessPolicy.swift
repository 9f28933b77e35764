public import HTTP
public import Identity

/// What a protected location asks for (`set $auth_require …` in nginx).
///
/// Terms are separated by spaces and must all hold: `role:admin`, `role:admin|editor` for either
/// of them, `user:alice`. Nothing asked for is any account.
public struct AccessPolicy: Equatable, Sendable {
    private enum Term: Equatable, Sendable {
        case role(anyOf: [String])
        case user(anyOf: [String])
    }

    private let terms: [Term]

    /// Nil for a policy that can't be understood: then nobody is let in.
    public init?(_ text: String) {
        var terms: [Term] = []
        // As bytes: a space that a combining mark follows is still a space.
        for word in text.utf8.split(separator: UInt8(ascii: " ")) {
            guard let term = Self.term(word) else { return nil }
            terms.append(term)
        }
        self.terms = terms
    }

    /// The policy nginx set for the request; nil when it sent none that can be understood. A client
    /// can't set it: its headers arrive as `HTTP_…` only.
    public init?(_ request: Request) {
        switch request.lookup(.authRequire) {
        case .absent: self.init("")
        case .value(let text): self.init(text)
        case .conflicting: return nil
        }
    }

    public func admits(_ identity: Identity) -> Bool {
        terms.allSatisfy { term in
            switch term {
            case .role(let names): identity.roles.contains { names.contains($0.name) }
            case .user(let names): names.contains(identity.username)
            }
        }
    }

    private static func term(_ word: Substring.UTF8View) -> Term? {
        let parts = word.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let names = parts[1].split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard !names.contains("") else { return nil }
        switch Substring(parts[0]) {
        case "role": return names.allSatisfy { Role($0) != nil } ? .role(anyOf: names) : nil
        case "user": return .user(anyOf: names)
        default: return nil
        }
    }
}
