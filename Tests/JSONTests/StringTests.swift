import JSON
import Secrets
import Testing

@Suite struct JSONStringTests {
    private func string(_ text: String) throws -> JSONString {
        guard case .string(let string) = try JSONValue.parse(Array(text.utf8)) else { throw JSONError.malformed }
        return string
    }

    private static let escapes = [
        (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9""#, "Aé"),
        (#""\u20AC\u20ac""#, "€€"), (#""\ud83d\ude00""#, "😀"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
        (#""é☃😀""#, "é☃😀"), (#""a\u0000b""#, "a\0b"), (#""\\u0041""#, #"\u0041"#), (#""\u2028""#, "\u{2028}"),
        (#""\uffff""#, "\u{ffff}"),
    ]

    @Test("Escapes are decoded, in the string and in the secret alike")
    func decodes() throws {
        for (text, decoded) in Self.escapes {
            let string = try string(text)
            #expect(Array(string.string.utf8) == Array(decoded.utf8))
            #expect(string.secret.withUnsafeBytes { Array($0) } == Array(decoded.utf8))
        }
    }

    @Test(
        "Bad escapes and lone surrogates are refused",
        arguments: [
            #""\x""#, #""\'""#, #""\0""#, #""\U0041""#, #""\u""#, #""\u004""#, #""\u00g1""#, #""\u+041""#, #""\ud83d""#,
            #""\ude00""#, #""\ude00\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#,
            #""\ud83d\ude0""#,
        ])
    func refused(text: String) {
        #expect(throws: JSONError.malformed) { try JSONValue.parse(Array(text.utf8)) }
    }

    @Test("A raw control character is refused")
    func controlCharacters() {
        for byte in UInt8(0)..<32 {
            #expect(throws: JSONError.malformed) { try JSONValue.parse([0x22, byte, 0x22]) }
        }
        #expect(throws: Never.self) { try JSONValue.parse([0x22, 0x7f, 0x22]) }
    }

    @Test(
        "Bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xc3, 0x28], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
            [0xe2, 0x82], [0xe2, 0x28, 0xa1], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80],
            [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98], [0xfe],
            [0xff],
        ] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.malformed) { try JSONValue.parse([0x22] + bytes + [0x22]) }
    }

    @Test("Every scalar is accepted raw, and comes out as it went in")
    func everyPlane() throws {
        for value in stride(from: UInt32(0x20), through: 0x10FFFF, by: 257) {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            #expect(try string("\"\(scalar)\"").string.unicodeScalars.first == scalar)
        }
    }

    @Test("A string outlives its document")
    func outlives() throws {
        func read() throws -> JSONString? {
            guard
                case .string(let value)? = try JSONValue.parse(SecretBytes(copying: #"{"password":"pässword"}"#.utf8))
                    .objectValue?["password"]
            else { return nil }
            return value
        }
        #expect(try read()?.string == "pässword")
    }
}
