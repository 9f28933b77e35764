import JSON
import Secrets
import Testing

@Suite struct JSONParsingTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

    @Test("A document of every kind of value is read")
    func everyKind() throws {
        let text = " {\"a\" : [1, -2.5e3, true, false, null, \"x\"],\r\n\t\"b\": {}, \"\": []} \n"
        let object = try #require(try parse(text).objectValue)
        #expect(object.names == ["a", "b", ""])
        let elements = try #require(object["a"]?.arrayValue)
        #expect(elements.count == 6)
        #expect(elements[0].integerValue == 1)
        #expect(elements[2].boolValue == true)
        #expect(elements[3].boolValue == false)
        #expect(elements[5].stringValue == "x")
        guard case .null = elements[4] else { Issue.record("null is read as something else"); return }
        #expect(object["b"]?.objectValue?.names == [])
        #expect(object["c"] == nil)
    }

    @Test(
        "What is not RFC 8259 is refused",
        arguments: [
            "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
            "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:2}", "{\"a\":1 \"b\":2}", "tru", "True", "nul", "nullx", "NaN",
            "Infinity", "undefined", "1 2", "{}{}", "{},", "// c\n1", "/**/1", "\"a", "\"\\\"", "\u{FEFF}1", "1\u{A0}",
            "'a'", "0x1",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.malformed) { try parse(text) }
    }

    @Test("Control characters between values are refused, a NUL at the end too")
    func controlCharacters() {
        for text in ["\u{0C}1", "1\0", "\0", "[1]\0", "[1,\u{0B}2]", "\u{7f}1", "{\"a\":\0}"] {
            #expect(throws: JSONError.malformed, "\(text.debugDescription)") { try parse(text) }
        }
    }

    @Test(
        "A number is exactly what RFC 8259 section 6 says",
        arguments: ["+1", "01", "-", "-01", "1.", ".5", "1e", "1e+", "1.e1", "1.5.2", "1e1.5", "--1", "1_000", "٣"])
    func badNumbers(text: String) {
        #expect(throws: JSONError.malformed) { try parse(text) }
    }

    @Test(
        "Only a number written as an integer that fits is an integer",
        arguments: [
            ("0", 0), ("-0", 0), ("-7", -7), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("9223372036854775808", nil), ("1.0", nil), ("1e3", nil), ("1E400", nil), ("1e-3", nil),
            ("123456789012345678901234567890", nil),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) throws {
        guard case .number(let number) = try parse(text) else { Issue.record("not a number"); return }
        #expect(number.lexeme == text)
        #expect(number.integer == value)
    }

    @Test(
        "A member named twice is refused, however it is spelled",
        arguments: [
            "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"\\u0061\":2}", "{\"x\":{\"a\":1,\"a\":2}}",
            "[{\"\":1,\"\":2}]",
        ])
    func duplicates(text: String) {
        #expect(throws: JSONError.duplicateMember) { try parse(text) }
    }

    @Test("Among very many members a duplicate is found too")
    func manyMembers() throws {
        let members = (0..<2000).map { "\"m\($0)\":\($0)" }
        #expect(try parse("{" + members.joined(separator: ",") + "}").objectValue?["m1999"]?.integerValue == 1999)
        #expect(throws: JSONError.duplicateMember) {
            try parse("{" + (members + ["\"m0\":0"]).joined(separator: ",") + "}")
        }
    }

    @Test("Names that only Unicode holds equal are two names")
    func canonicalEquivalence() throws {
        let object = try #require(try parse("{\"\u{212A}\":1,\"K\":2,\"é\":3,\"e\u{301}\":4}").objectValue)
        #expect(object.names.count == 4)
        #expect(object["K"]?.integerValue == 2)
        #expect(object["é"]?.integerValue == 3)
    }

    @Test("Nesting to the limit is read, deeper is refused, however deep")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try parse(nested(JSONValue.maximumDepth))
        #expect(throws: JSONError.tooDeep) { try parse(nested(JSONValue.maximumDepth + 1)) }
        #expect(throws: JSONError.tooDeep) { try parse(nested(100_000)) }
        #expect(throws: JSONError.tooDeep) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
        _ = try parse("[" + Array(repeating: "[[]]", count: 100).joined(separator: ",") + "]")
    }

    @Test("No truncation and no single changed byte makes the parser trap")
    func robust() {
        let document = Array("{\"a\":[1,-2.5e3,true,null,\"\\u00e9\\ud83d\\ude00é\\n\"],\"b\":{\"c\":\"\"}}".utf8)
        for end in document.indices { _ = try? JSONValue.parse(Array(document[..<end])) }
        for position in document.indices {
            for byte in UInt8.min ... .max {
                var changed = document
                changed[position] = byte
                _ = try? JSONValue.parse(changed).objectValue?["a"]?.arrayValue?.compactMap(\.stringValue)
            }
        }
    }
}
