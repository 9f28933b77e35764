/// Where a value came from.
public enum SettingOrigin: Equatable, Sendable, CustomStringConvertible {
    case byDefault
    /// A line counted from 1, or 0 for the file as a whole.
    case file(path: String, line: Int)
    case environment

    public var description: String {
        switch self {
        case .byDefault: "default"
        case .file(let path, 0): path
        case .file(let path, let line): "\(path):\(line)"
        case .environment: "environment"
        }
    }
}

/// One thing that is wrong with the configuration.
public struct SettingMistake: Equatable, Sendable {
    /// nil where a line names no key we know.
    public let key: SettingKey?
    public let origin: SettingOrigin
    /// What is wrong. Holds the value, unless the key may hold a secret.
    public let problem: String

    init(_ key: SettingKey?, at origin: SettingOrigin, _ problem: String) {
        self.key = key
        self.origin = origin
        self.problem = problem
    }

    /// `FILE:LINE: KEY: what is wrong (allowed: …)`.
    public var message: String {
        var message = origin == .byDefault ? "" : "\(origin): "
        if let key { message += "\(key.name): " }
        message += problem
        if let key { message += " (allowed: \(key.allowed))" }
        return message
    }
}

/// Everything that is wrong with the configuration, so that it can be put right in one go.
public struct SettingsErrors: Error, Equatable, Sendable {
    public let mistakes: [SettingMistake]

    /// One line for each.
    public var messages: [String] { mistakes.map(\.message) }
}
