import Events
import HTTP

/// One reader for each kind of value, with the limits that the key states.
extension SettingsReader {
    /// One of the words allowed, in its own spelling; any case is taken.
    mutating func choice(_ key: SettingKey) -> String {
        guard case .choice(let words) = key.kind else { preconditionFailure("\(key.name) is no choice") }
        return valueOrDefault(key) { text throws(BadValue) in
            guard let word = words.first(where: { $0.lowercased() == text.lowercased() }) else {
                throw BadValue(reason: "is not one of the values allowed")
            }
            return word
        }
    }

    mutating func duration(_ key: SettingKey) -> Duration {
        guard case .duration(let range) = key.kind else { preconditionFailure("\(key.name) is no duration") }
        return valueOrDefault(key) { text throws(BadValue) in
            guard let duration = DurationText.parse(text) else { throw BadValue(reason: "is not a duration") }
            guard range.contains(duration) else { throw BadValue(reason: "is out of range") }
            return duration
        }
    }

    /// In bytes.
    mutating func size(_ key: SettingKey) -> Int {
        guard case .size(let range) = key.kind else { preconditionFailure("\(key.name) is no size") }
        return valueOrDefault(key) { text throws(BadValue) in
            guard let size = ByteSizeText.parse(text) else { throw BadValue(reason: "is not a size") }
            guard range.contains(size) else { throw BadValue(reason: "is out of range") }
            return size
        }
    }

    mutating func integer(_ key: SettingKey) -> Int {
        guard case .integer(let range) = key.kind else { preconditionFailure("\(key.name) is no number") }
        return valueOrDefault(key) { text throws(BadValue) in try Self.integer(text, in: range) }
    }

    /// nil for `auto`.
    mutating func integerOrAuto(_ key: SettingKey) -> Int? {
        guard case .integerOrAuto(let range) = key.kind else { preconditionFailure("\(key.name) is no number") }
        return valueOrDefault(key) { text throws(BadValue) in text == "auto" ? nil : try Self.integer(text, in: range) }
    }

    private static func integer(_ text: String, in range: ClosedRange<Int>) throws(BadValue) -> Int {
        guard let number = wholeNumber(text) else { throw BadValue(reason: "is not a whole number") }
        guard let number = Int(exactly: number), range.contains(number) else {
            throw BadValue(reason: "is out of range")
        }
        return number
    }

    /// An absolute path without a slash at its end.
    mutating func directory(_ key: SettingKey) -> String {
        valueOrDefault(key) { text throws(BadValue) in
            var path = try Self.absolutePath(text)
            while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
            return path
        }
    }

    mutating func storeLocation(_ key: SettingKey) -> StoreLocation {
        valueOrDefault(key) { text throws(BadValue) in
            if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
                throw BadValue(reason: "names PostgreSQL, which is not available in this version")
            }
            let prefix = "sqlite://"
            return .sqlite(
                path: try Self.absolutePath(text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text))
        }
    }

    mutating func page(_ key: SettingKey) -> String {
        valueOrDefault(key) { text throws(BadValue) in
            // What may be a return target unchanged may be a page: one rule for both.
            guard ReturnTarget(text)?.location.text == text, !text.contains("?"), !text.contains("#") else {
                throw BadValue(reason: "is not a path on this site")
            }
            return text
        }
    }

    private static func absolutePath(_ text: String) throws(BadValue) -> String {
        guard text.hasPrefix("/") else { throw BadValue(reason: "is not an absolute path") }
        guard text.utf8.count < 4096, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw BadValue(reason: "is not a path that can exist")
        }
        return text
    }
}
