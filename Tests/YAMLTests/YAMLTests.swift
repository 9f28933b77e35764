import Testing
import YAML

@Suite("YAML")
struct YAMLTests {
    private func parse(_ text: String) throws(YAMLError) -> YAMLNode { try YAMLParser.parse(Array(text.utf8)) }

    private func reason(_ text: String) -> YAMLError? {
        do throws(YAMLError) {
            _ = try parse(text)
            return nil
        } catch { return error }
    }

    @Test("mappings, lists and scalars are read with their lines")
    func nodes() throws {
        let node = try parse("---\na: 1\nb:\n  - 'x: y'\n  - \"z\\n\"\nc: {d: ~, e: yes, f: 'yes'}\n")
        let members = try #require(node.mapping)
        #expect(members.map(\.key) == ["a", "b", "c"])
        #expect(members.map(\.value.line) == [2, 4, 6])
        #expect(members[1].value.sequence?.map(\.text) == ["x: y", "z\n"])
        let inner = try #require(members[2].value.mapping)
        #expect(inner[0].value.isNull && inner[0].value.text == nil)
        #expect(inner[1].value.bool == true && inner[2].value.bool == nil && inner[2].value.text == "yes")
    }

    @Test(
        "anchors, aliases, tags, keys that stand twice and second documents are refused with their line",
        arguments: [
            ("a: &x 1\n", 1), ("a: 1\nb: *x\n", 2), ("a: !!str 1\n", 1), ("a: !ruby/object:X {}\n", 1),
            ("a: 1\na: 2\n", 2),
            ("a: 1\n---\nb: 2\n", 2), ("&x [1]\n", 1), ("? [a]\n: b\n", 1), ("a: b\n\tc: d\n", 2), ("<<: *x\n", 1),
            ("a: 'b\n", 2), ("%TAG ! tag:x,2000:\n---\na: !b c\n", 3),
        ])
    func refused(text: String, line: Int) throws {
        let reason = try #require(self.reason(text))
        #expect(reason.line == line, "\(reason)")
    }

    @Test("what nests deeper than eight levels is refused, however deep", arguments: ["[", "{a: ", "- "])
    func depth(opening: String) {
        #expect(reason(String(repeating: opening, count: 9))?.reason != nil)
        #expect(reason(String(repeating: opening, count: 100_000)) != nil)
    }

    @Test("nothing, other encodings and bytes that are no text are refused")
    func noText() {
        #expect(reason("") != nil)
        for bytes in [[0xFF, 0xFE, 0x61, 0x00], [0x61, 0x3A, 0x20, 0xC3], [0x00], [0x61, 0x3A, 0x20, 0x07]] as [[UInt8]]
        {
            #expect(throws: YAMLError.self) { try YAMLParser.parse(bytes) }
        }
    }
}
