import Glibc
import Testing

@testable import Settings

@Suite struct SettingsFileTests {
    private func parse(_ text: String) -> SettingsFile { SettingsFile(parsing: Array(text.utf8), path: "a.conf") }

    @Test(
        "Blanks and one pair of quotes around a value are dropped",
        arguments: [
            "AUTH_SIGNUP=closed", "  AUTH_SIGNUP = closed  ", "\tAUTH_SIGNUP\t=\tclosed\r", "AUTH_SIGNUP=\"closed\"",
            "AUTH_SIGNUP = 'closed'",
        ])
    func values(_ line: String) {
        let file = parse("# comment\n\n   # another\n" + line)
        #expect(file.values == [.signup: FileValue(text: "closed", line: 4)])
        #expect(file.mistakes == [])
    }

    @Test("A value may hold =, # and blanks inside quotes")
    func oddValues() {
        #expect(parse("AUTH_KEYS='/a b #c=d'").values[.keys]?.text == "/a b #c=d")
        #expect(parse("AUTH_KEYS=/a#b").values[.keys]?.text == "/a#b")
        #expect(parse("AUTH_COOKIE_DOMAIN=").values[.cookieDomain]?.text == "")
    }

    @Test(
        "A line with two meanings, or none, is a mistake in that line",
        arguments: [
            "AUTH_SIGNUP", "=open", "AUTH_SIGNUP=\"open", "AUTH_SIGNUP='open\"", "AUTH_SIGNUP=\"",
            "AUTH_SIGNUP=\"a\"b\"",
            "AUTH_SIGNUP=open # for now", "export AUTH_SIGNUP=open", "auth_signup=open", "[section]",
            "AUTH_SIGNUP=o\u{0}pen", "AUTH_SIGNUP=\u{1B}[0m", "AUTH_FOO=1", "\u{FEFF}AUTH_SIGNUP=open",
        ])
    func mistakes(_ line: String) {
        let file = parse("AUTH_ISSUER=https://example.org\n" + line)
        #expect(file.mistakes.map(\.origin) == [.file(path: "a.conf", line: 2)])
        #expect(file.values.count == 1)
    }

    @Test("Bytes that are not UTF-8 are a mistake in their line, and the others are read")
    func notUTF8() {
        let file = SettingsFile(
            parsing: Array("AUTH_KEYS=/".utf8) + [0xFF, 0x0A] + Array("AUTH_SIGNUP=open".utf8), path: "f")
        #expect(file.mistakes.map(\.problem) == ["not UTF-8"])
        #expect(file.values[.signup]?.line == 2)
    }

    @Test("The first of two values stays, and the second line is told")
    func duplicates() {
        let file = parse("AUTH_SIGNUP=open\nAUTH_SIGNUP=open")
        #expect(
            file.mistakes.map(\.message) == ["a.conf:2: AUTH_SIGNUP: already set in line 1 (allowed: open, closed)"])
    }

    @Test(
        "A misspelt key names the one that was meant",
        arguments: [
            ("AUTH_ISUER", SettingKey.issuer), ("issuer", .issuer), ("AUTH_ACCESS_TOKEN_TTL", .accessTTL),
            ("auth_signup", .signup), ("AUTH_COOKIE_SAME_SITE", .cookieSameSite),
            ("AUTH_DOMAIN_OF_THE_WHOLE_SITE", nil),
        ] as [(String, SettingKey?)])
    func nearest(name: String, key: SettingKey?) {
        #expect(SettingKey.nearest(to: name) == key)
    }
}

@Suite struct SettingsLoadingTests {
    private let environment = ["AUTH_ISSUER": "https://example.org"]

    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/settings-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        try #require(written == bytes.count)
        try body(path)
    }

    @Test("A default file may be missing, one that was named may not")
    func missing() throws {
        let missing = "/nonexistent/fcgi-auth.conf"
        _ = try Settings.load(file: nil, environment: environment, defaultFile: missing).get()
        #expect(throws: SettingsErrors.self) { try Settings.load(file: missing, environment: environment).get() }
    }

    @Test("A file is read from disk, and its mistakes carry its path")
    func reading() throws {
        try withFile(Array("AUTH_SIGNUP=closed\n".utf8)) { path in
            let settings = try Settings.load(file: path, environment: environment).get()
            #expect(settings.signup == .closed)
            #expect(settings.origins[.signup] == .file(path: path, line: 1))
        }
        try withFile(Array("AUTH_SIGNUP=x".utf8)) { path in
            guard case .failure(let errors) = Settings.load(file: nil, environment: environment, defaultFile: path)
            else { return #expect(Bool(false)) }
            #expect(errors.messages.first?.hasPrefix("\(path):1: AUTH_SIGNUP: ") == true)
        }
    }

    @Test("A file longer than a configuration, or no file at all, is refused and not guessed at")
    func unreadable() throws {
        try withFile([UInt8](repeating: 0x0A, count: 64 * 1024)) { path in
            #expect(throws: Never.self) { try Settings.load(file: path, environment: environment).get() }
        }
        try withFile([UInt8](repeating: 0x0A, count: 64 * 1024 + 1)) { path in
            #expect(throws: SettingsErrors.self) { try Settings.load(file: path, environment: environment).get() }
        }
        #expect(throws: SettingsErrors.self) { try Settings.load(file: "/tmp", environment: environment).get() }
    }
}

@Suite struct SettingsTextTests {
    @Test(
        "Durations are written in the largest unit that fits",
        arguments: [("90s", 90), ("15m", 900), ("7d", 604_800), ("0s", 0), ("36h", 129_600)] as [(String, Int64)])
    func durations(text: String, seconds: Int64) {
        #expect(DurationText.text(.seconds(seconds)) == text)
        #expect(DurationText.parse(text) == .seconds(seconds))
    }

    @Test("Sizes are powers of 1024", arguments: [("19MiB", 19 << 20), ("1GiB", 1 << 30), ("512KiB", 512 << 10)])
    func sizes(text: String, bytes: Int) {
        #expect(ByteSizeText.text(bytes) == text)
        #expect(ByteSizeText.parse(text) == bytes)
    }

    @Test("Anything else is neither", arguments: ["", "m", "MiB", " 1m", "1 m", "1M", "0x1m", "1e3s", "-1MiB", "1mib"])
    func neither(_ text: String) {
        #expect(DurationText.parse(text) == nil)
        #expect(ByteSizeText.parse(text) == nil)
    }
}
