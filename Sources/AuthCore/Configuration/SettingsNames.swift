import HTTP

/// The names of sites: issuer, audience, cookie domain and other origins.
extension SettingsReader {
    /// nil, with a mistake noted, where there is none to use.
    mutating func issuer() -> String? {
        guard given(.issuer) != nil else {
            note(.issuer, "is not set")
            return nil
        }
        return value(.issuer) { text throws(BadValue) in
            guard !text.contains("?"), !text.contains("#") else { throw BadValue(reason: "has a query or a fragment") }
            guard Self.isPlainText(text), Origin(url: text) != nil else { throw BadValue(reason: "is not a URL") }
            return text
        }
    }

    mutating func audience(issuer: String?) -> String {
        let given = value(.audience) { text throws(BadValue) in
            guard Self.isPlainText(text) else { throw BadValue(reason: "is not plain text") }
            return text
        }
        return given ?? issuer ?? ""
    }

    mutating func cookieDomain() -> String? {
        valueOrDefault(.cookieDomain) { text throws(BadValue) in
            if text.isEmpty { return nil }
            // The policy knows what can stand in a Domain attribute; it is made here to ask it.
            guard (try? CookiePolicy(domain: text)) != nil else { throw BadValue(reason: "is not a host name") }
            return text
        }
    }

    mutating func allowedOrigins() -> Set<Origin> {
        valueOrDefault(.allowedOrigins) { text throws(BadValue) in
            var origins: Set<Origin> = []
            for word in text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) {
                guard let origin = Origin(String(word)) else {
                    throw BadValue(reason: "holds something that is no origin")
                }
                guard origin.scheme == "https" || origin.isLocal else {
                    throw BadValue(reason: "holds an http origin that is not localhost")
                }
                origins.insert(origin)
            }
            return origins
        }
    }

    /// What can stand in a claim, and between quotes in a header.
    private static func isPlainText(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
    }
}

extension Origin {
    /// This machine itself, where a browser allows what it otherwise wants TLS for.
    var isLocal: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "127.0.0.1" || host == "[::1]"
    }
}
