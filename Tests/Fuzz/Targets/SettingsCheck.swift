@testable import Settings

/// A configuration is taken whole or refused with every mistake at its line; what is taken and
/// written down is read back as it was.
@Sendable func checkSettings(_ bytes: [UInt8]) {
    let path = "fcgi-auth.conf"
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
    let parsed = SettingsFile(parsing: bytes, path: path)
    // Reading the values costs a hundred times as much as the lines; without an issuer it comes to nothing.
    let isPromising = parsed.mistakes.isEmpty && parsed.values[.issuer] != nil
    guard isPromising || bytes.count % 64 == 1 else { return checkMistakes(parsed.mistakes, path, lines) }
    var reader = SettingsReader(file: parsed, path: path, environment: [:])
    let settings = Settings(&reader)
    guard let settings, reader.mistakes.isEmpty else {
        promise(!reader.mistakes.isEmpty, "refused without a reason")
        return checkMistakes(reader.mistakes, path, lines)
    }
    promise(parsed.mistakes.isEmpty, "a mistake in the file is passed over")
    let written = SettingKey.allCases.map { "\($0.name)=" + quoted(settings.text(of: $0)) }.joined(separator: "\n")
    guard case .success(let again) = Settings.read(text: written, path: path) else {
        return promise(false, "what was written down is refused: \(written)")
    }
    for key in SettingKey.allCases {
        promise(settings.text(of: key).utf8.elementsEqual(again.text(of: key).utf8), "\(key) changes: \(written)")
    }
}

private func checkMistakes(_ mistakes: [SettingMistake], _ path: String, _ lines: Int) {
    for mistake in mistakes {
        if case .file(let named, let line) = mistake.origin {
            promise(named == path && (1...lines).contains(line), "a mistake at line \(line) of \(lines)")
        }
        promise(!mistake.message.unicodeScalars.contains(where: isControl), "a control character in a message")
    }
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

/// In quotes that the value does not hold; the file knows no escapes.
private func quoted(_ value: String) -> String {
    if !value.contains("\"") { return "\"\(value)\"" }
    return value.contains("'") ? value : "'\(value)'"
}
