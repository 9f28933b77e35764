import HTML
import Testing

@Suite("Pages are escaped by construction")
struct HTMLTests {
    private func text(_ html: HTML) -> String { String(decoding: html.bytes, as: UTF8.self) }

    @Test("A literal is markup, as it was written")
    func literal() {
        #expect(text("<p title=\"a & b\">ü</p>\n") == "<p title=\"a & b\">ü</p>\n")
        #expect(text("<") == "<" && text("") == "")
    }

    @Test(
        "An interpolated value is text, whatever it holds",
        arguments: [
            "<script>alert(1)</script>", "\" onload=\"alert(1)", "' onload='alert(1)",
            "--><!--# include virtual=\"/\" -->",
            "<!--#echo var=\"http_cookie\" -->", "a`b", "x=y", "&lt;", "&#60;", "</title>", "\u{0}<\u{1}b",
        ])
    func value(attack: String) {
        let inside = text("<i title=\"\(attack)\">\(attack)</i>").dropFirst(10).dropLast(4)
        for sign in ["<", "\"", "'", "`", "=", "\u{0}", "\u{1}"] {
            #expect(inside.split(separator: "\">").allSatisfy { !$0.contains(sign) })
        }
        #expect(!inside.contains("<!--#"))
    }

    @Test("A value comes out of the escapes as it went in")
    func roundTrip() {
        let value = "Tom & \"Jerry\" <'`=`'> ünï 語 \u{1F600} &amp;"
        var shown = text("\(value)")
        for (escape, sign) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#96;", "`"), ("&#61;", "="),
            ("&amp;", "&"),
        ] { shown = shown.split(separator: escape, omittingEmptySubsequences: false).joined(separator: sign) }
        #expect(shown == value)
    }

    @Test("No byte of any value begins markup", arguments: UInt8(0)...0x7F)
    func everyByte(byte: UInt8) {
        let shown = text("\(String(decoding: [byte], as: UTF8.self))")
        #expect(!shown.contains { "<>\"'`=".contains($0) })
        #expect(
            shown.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0.value != 0x7F || "\t\n".unicodeScalars.contains($0)
            })
    }

    @Test("Pieces go into pieces as they are, and may be left out")
    func pieces() {
        let item: HTML = "<li>\("a<b")</li>"
        let missing: HTML? = nil
        #expect(
            text("<ul>\([item, item])\(missing)\(item)\(7)</ul>")
                == "<ul><li>a&lt;b</li><li>a&lt;b</li><li>a&lt;b</li>7</ul>")
    }

    @Test("An attribute without quotes stops the program")
    func unquoted() async {
        await #expect(processExitsWith: .failure) {
            let value = "x"
            let html: HTML = "<i title=\(value)>"
            print(html.bytes.count)
        }
    }
}
