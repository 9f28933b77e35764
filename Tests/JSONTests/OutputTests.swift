import JSON
import Testing

@Suite struct JSONOutputTests {
    private func text(_ value: JSONOutput) -> String { String(decoding: value.serialized(), as: UTF8.self) }

    @Test("Values are written in their order, without white space")
    func compact() {
        let value: JSONOutput = ["z": 1, "a": ["x", true, nil, -5], "e": .object([]), "l": .array([])]
        #expect(text(value) == #"{"z":1,"a":["x",true,null,-5],"e":{},"l":[]}"#)
    }

    @Test("Text for people is indented")
    func pretty() {
        let value: JSONOutput = ["a": [1, 2], "b": [:]]
        #expect(value.pretty() == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}")
    }

    @Test("Nothing in a string can end it, or end an HTML element, or begin a line")
    func escapes() {
        #expect(text("\"\\\n\r\t\u{0}\u{1f}\u{7f}\u{85}") == #""\"\\\n\r\t\u0000\u001f\u007f\u0085""#)
        #expect(text("</script>&\u{2028}\u{2029}") == #""\u003c/script\u003e\u0026\u2028\u2029""#)
        #expect(text("é😀/") == "\"é😀/\"")
    }

    @Test("What was written reads back the same")
    func roundTrip() throws {
        let strings = ["", "a", "\u{0}", "\"\\/", "é\r\n", "😀", "\u{10FFFF}", "<>&", "\u{FEFF}"]
        let value = JSONOutput.array(strings.map { .string($0) } + [.integer(.max), .integer(.min)])
        let compact = try #require(try JSONValue.parse(value.serialized()).arrayValue)
        #expect(compact.compactMap(\.stringValue) == strings)
        #expect(compact.compactMap(\.integerValue) == [.max, .min])
        #expect(try JSONValue.parse(Array(value.pretty().utf8)).arrayValue?.compactMap(\.stringValue) == strings)
    }
}
