import HTML
import Identity

extension HTML {
    /// A text in the visitor's language. nginx puts it in by SSI, with `&`, `<`, `>` and `"` escaped, so it may
    /// stand in a quoted attribute too.
    static func text(_ key: StaticString) -> HTML {
        "<!--# echo var=\"t_\(HTML(stringLiteral: key))\" -->"
    }

    /// How much of a time is worth showing.
    enum Precision {
        case day, minute
    }

    /// A time in UTC: right for everybody, and for a script to show as the visitor's own.
    static func time(_ time: Timestamp, _ precision: Precision) -> HTML {
        let exact = time.iso8601()
        let day = String(exact.prefix(10))
        switch precision {
        case .day: return "<time datetime=\"\(exact)\" data-precision=\"day\">\(day)</time>"
        case .minute:
            let minute = String(exact.dropFirst(11).prefix(5))
            return "<time datetime=\"\(exact)\">\(day) \(minute) UTC</time>"
        }
    }
}
