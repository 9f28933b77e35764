import Testing

@testable import Settings

@Suite("The configuration in force, as text")
struct SettingTextTests {
    private func settings(_ text: String) throws -> Settings {
        try Settings.read(text: "AUTH_ISSUER=https://example.org\n" + text).get()
    }

    @Test("a key that is not set shows its default as the documentation has it", arguments: SettingKey.allCases)
    func defaults(key: SettingKey) throws {
        let shown = try settings("").text(of: key)
        #expect(shown == key.defaultText ?? "https://example.org")
    }

    @Test(
        "a value that is set is shown in its shortest spelling",
        arguments: [
            (SettingKey.accessTTL, "600s", "10m"), (.sessionTTL, "168h", "7d"), (.argon2Memory, "65536KiB", "64MiB"),
            (.store, "/srv/store.sqlite", "sqlite:///srv/store.sqlite"), (.hashConcurrency, "3", "3"),
            (.cookieSameSite, "strict", "Strict"), (.keys, "/srv/keys/", "/srv/keys"),
            (.allowedOrigins, "https://b.example, https://a.example", "https://a.example,https://b.example"),
        ])
    func shortest(key: SettingKey, given: String, shown: String) throws {
        #expect(try settings("\(key.name)=\(given)").text(of: key) == shown)
    }
}
