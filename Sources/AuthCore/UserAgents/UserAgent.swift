/// What a User-Agent header says of a device, in two names that a person knows: "Firefox", "Linux".
///
/// For a list that helps owners tell their devices apart, and for nothing else: whoever asks may call
/// himself anything. The names are of a closed list, or the product that a program calls itself.
public struct UserAgent: Equatable, Sendable {
    public let browser: String?
    public let system: String?

    public init(_ header: String) {
        let text = Array(header.utf8)
        system = Self.systems.first { Self.contains(text, $0.mark) }?.name
        browser = Self.browsers.first { Self.contains(text, $0.mark) }?.name ?? Self.product(header)
    }

    private typealias Mark = (mark: String, name: String)

    /// The first that is found counts: nearly all of them also claim to be Chrome, Safari or both.
    private static let browsers: [Mark] = [
        ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("Edg/", "Edge"), ("Edge/", "Edge"),
        ("OPR/", "Opera"), ("OPT/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Vivaldi/", "Vivaldi"),
        ("YaBrowser/", "Yandex Browser"), ("DuckDuckGo/", "DuckDuckGo"), ("UCBrowser/", "UC Browser"),
        ("FxiOS/", "Firefox"), ("Focus/", "Firefox Focus"), ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("HeadlessChrome/", "Chromium"), ("Chrome/", "Chrome"),
        ("Epiphany/", "GNOME Web"), ("Safari/", "Safari"), ("Trident/", "Internet Explorer"),
    ]

    /// In the same way: Android calls itself Linux too, and an iPhone is "like Mac OS X".
    private static let systems: [Mark] = [
        ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"),
        ("Macintosh", "macOS"), ("Darwin/", "macOS"), ("FreeBSD", "FreeBSD"), ("OpenBSD", "OpenBSD"),
        ("Linux", "Linux"), ("linux", "Linux"),
    ]

    /// Longest name of a product that is shown, in characters.
    private static let longestProduct = 32

    /// `curl` of `curl/8.5.0`: of a program that is no browser, in plain letters.
    private static func product(_ header: String) -> String? {
        let name = header.utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: " ") }
        guard (1...longestProduct).contains(name.count), !name.elementsEqual("Mozilla".utf8) else { return nil }
        return name.allSatisfy(isPlain) ? String(decoding: name, as: UTF8.self) : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._".utf8.contains(byte)
        }
    }

    private static func contains(_ text: [UInt8], _ mark: String) -> Bool {
        let mark = Array(mark.utf8)
        guard text.count >= mark.count else { return false }
        return (0...text.count - mark.count).contains { text[$0...].starts(with: mark) }
    }
}
