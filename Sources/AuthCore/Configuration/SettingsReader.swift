import Configuration

/// Why a value is not taken. The reason reads on after the value: `"x" is not a duration`.
struct BadValue: Error {
    let reason: String
}

/// Reads one key after the other, from the environment first and then from the file, and keeps every
/// mistake instead of stopping at the first.
struct SettingsReader {
    private let reader: ConfigReader
    private let environment: Set<SettingKey>
    private let file: SettingsFile?
    private let path: String
    private(set) var mistakes: [SettingMistake]
    private var bad: Set<SettingKey> = []

    /// - Parameter environment: only variables named as a key count; CGI's own `AUTH_…` are not ours.
    init(file: SettingsFile?, path: String, environment: [String: String]) {
        var ours: [String: String] = [:]
        for key in SettingKey.allCases { ours[key.name] = environment[key.name] }
        var theirs: [String: String] = [:]
        for (key, value) in file?.values ?? [:] { theirs[key.name] = value.text }
        reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: ours),
            EnvironmentVariablesProvider(environmentVariables: theirs),
        ])
        self.environment = Set(ours.keys.compactMap(SettingKey.init))
        self.file = file
        self.path = path
        mistakes = file?.mistakes ?? []
    }

    func origin(_ key: SettingKey) -> SettingOrigin {
        if environment.contains(key) { return .environment }
        if let value = file?.values[key] { return .file(path: path, line: value.line) }
        return .byDefault
    }

    /// What was given for the key; nil where nothing was.
    func given(_ key: SettingKey) -> String? {
        let components = key.name.split(separator: "_").map { $0.lowercased() }
        return reader.string(forKey: ConfigKey(components), isSecret: key.mayHoldSecret)
    }

    /// The value given, if it is acceptable; nil, and a mistake noted, if it is not; nil alone if none
    /// was given.
    mutating func value<Value>(
        _ key: SettingKey, _ parse: (String) throws(BadValue) -> Value
    ) -> Value? {
        guard let text = given(key) else { return nil }
        do throws(BadValue) {
            return try parse(text)
        } catch {
            note(key, key.mayHoldSecret ? "its value \(error.reason)" : "\(shown(text)) \(error.reason)")
            return nil
        }
    }

    /// The value, or else the default's. Stops the program where a default of ours does not parse.
    mutating func valueOrDefault<Value>(
        _ key: SettingKey, _ parse: (String) throws(BadValue) -> Value
    ) -> Value {
        if let value = value(key, parse) { return value }
        guard let text = key.defaultText, let value = try? parse(text) else {
            preconditionFailure("the default of \(key.name) is not allowed")
        }
        return value
    }

    mutating func note(_ key: SettingKey, _ problem: String) {
        bad.insert(key)
        mistakes.append(SettingMistake(key, at: origin(key), problem))
    }

    /// Whether all of these were given well or not at all: rules between keys are checked only then.
    func areGood(_ keys: SettingKey...) -> Bool { bad.isDisjoint(with: keys) }

    private func shown(_ text: String) -> String { String(text.prefix(80)).debugDescription }
}
