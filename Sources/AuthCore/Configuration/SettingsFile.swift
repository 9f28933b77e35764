/// One value of the file and the line it stands on.
struct FileValue: Equatable {
    let text: String
    let line: Int
}

/// The configuration file: `KEY=value` lines, comments that begin with `#`, blank lines.
///
/// Blanks around key and value are dropped, one pair of quotes around a value too; there are no
/// escapes, no continuation lines and no references to other values, so that a line means the
/// same here, in a systemd EnvironmentFile and to a reader.
struct SettingsFile: Equatable {
    private(set) var values: [SettingKey: FileValue] = [:]
    private(set) var mistakes: [SettingMistake] = []

    private let path: String

    init(path: String) { self.path = path }

    /// Reads a file's bytes. Every line is read, whatever is wrong with the others.
    init(parsing bytes: [UInt8], path: String) {
        self.init(path: path)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() { read(line, number: index + 1) }
    }

    /// A file that can't be read at all.
    init(path: String, unreadable problem: String) {
        self.init(path: path)
        note(nil, line: 0, problem)
    }

    private mutating func note(_ key: SettingKey?, line: Int, _ problem: String) {
        mistakes.append(SettingMistake(key, at: .file(path: path, line: line), problem))
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, number: Int) {
        let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        guard let text = String(validating: bytes, as: UTF8.self) else { return note(nil, line: number, "not UTF-8") }
        let line = trimmed(text[...])
        guard !line.isEmpty, line.first != "#" else { return }
        guard line.unicodeScalars.allSatisfy({ $0 == "\t" || $0.properties.generalCategory != .control }) else {
            return note(nil, line: number, "control character")
        }
        guard let equals = line.firstIndex(of: "=") else { return note(nil, line: number, "no KEY=value") }
        let name = trimmed(line[..<equals])
        guard let key = SettingKey(rawValue: String(name)) else {
            return note(nil, line: number, unknown(String(name)))
        }
        guard let value = unquoted(trimmed(line[line.index(after: equals)...])) else {
            return note(key, line: number, "quotes that do not match, or a comment after the value")
        }
        if let earlier = values[key] { return note(key, line: number, "already set in line \(earlier.line)") }
        values[key] = FileValue(text: value, line: number)
    }

    /// The name is shown: it is no value, and cut short in case a secret landed there.
    private func unknown(_ name: String) -> String {
        let shown = String(name.prefix(40)).debugDescription
        guard let nearest = SettingKey.nearest(to: name) else { return "no such key: \(shown)" }
        return "no such key: \(shown); did you mean \(nearest.name)?"
    }

    /// The value without its quotes; nil where it is ambiguous.
    private func unquoted(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else {
            return text.contains(" #") || text.contains("\t#") ? nil : String(text)
        }
        let inner = text.dropFirst().dropLast()
        guard text.count >= 2, text.last == quote, !inner.contains(quote) else { return nil }
        return String(inner)
    }

    private func trimmed(_ text: Substring) -> Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
