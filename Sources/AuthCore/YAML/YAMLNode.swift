/// A node of a YAML document with the line it begins on. Scalars are text; what they mean is for the
/// reader to say.
public struct YAMLNode: Sendable {
    public enum Content: Sendable {
        /// `isPlain` without quotes, where `true`, `~` and the empty text have meanings.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// In the order written; no key stands twice.
        case mapping([Member])
    }

    public struct Member: Sendable {
        public let key: String
        /// Of the key, from 1.
        public let line: Int
        public let value: YAMLNode
    }

    public let content: Content
    /// From 1.
    public let line: Int

    /// Nested lists and mappings that are read.
    public static let maximumDepth = 8

    public var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// Nil for null and for what is no scalar.
    public var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    public var bool: Bool? {
        guard case .scalar(let text, isPlain: true) = content else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: return nil
        }
    }

    public var sequence: [YAMLNode]? { if case .sequence(let nodes) = content { nodes } else { nil } }

    public var mapping: [Member]? {
        if case .mapping(let members) = content { members } else { nil }
    }
}

/// Why a text is not YAML as it is read here. Quotes nothing of it.
public struct YAMLError: Error, Equatable, Sendable {
    /// From 1.
    public let line: Int
    public let reason: String
}
