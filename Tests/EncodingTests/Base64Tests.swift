import Encoding
import Testing

@Suite struct Base64Tests {
    /// RFC 4648 section 10, without the padding.
    static let published = [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("The published vectors encode and decode", arguments: published)
    func vectors(text: String, encoded: String) {
        #expect(Base64URL.encode(text.utf8) == encoded)
        #expect(Base64Unpadded.encode(text.utf8) == encoded)
        #expect(Base64URL.decode(encoded) == Array(text.utf8))
        #expect(Base64Unpadded.decode(encoded) == Array(text.utf8))
    }

    @Test("Every byte string of any length comes back")
    func roundTrip() {
        for count in 0...64 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0 ... .max) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Base64Unpadded.decode(Base64Unpadded.encode(bytes)) == bytes)
        }
    }

    @Test("Each alphabet has its own two last characters and refuses the other's")
    func alphabets() {
        #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
        #expect(Base64Unpadded.encode([0xfb, 0xff]) == "+/8")
        #expect(Base64URL.decode("+/8") == nil)
        #expect(Base64Unpadded.decode("-_8") == nil)
    }

    @Test(
        "Padding, white space, foreign characters and impossible lengths are refused",
        arguments: ["Zg==", "Zg=", "Zm9v ", " Zm9v", "Z", "Zm9vY", "Zm9?", "Zmé"])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
        #expect(Base64Unpadded.decode(text) == nil)
    }

    @Test("Control characters are refused wherever they stand")
    func controlCharacters() {
        for text in ["Zm9v\n", "Zm\r\n9v", "\tZm9", "Zm9v\0", "Zm9\u{7f}"] {
            #expect(Base64URL.decode(text) == nil)
            #expect(Base64Unpadded.decode(text) == nil)
        }
    }

    @Test("Of all texts of two or three characters exactly one decodes to each byte string")
    func canonical() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let accepted = alphabet.filter { Base64URL.decode([alphabet[25], $0]) != nil }
        #expect(accepted == [alphabet[0], alphabet[16], alphabet[32], alphabet[48]])
        let longer = alphabet.filter { Base64URL.decode([alphabet[25], alphabet[25], $0]) != nil }
        #expect(longer.count == 16)
    }

    @Test("Bytes that do not lie together decode as well")
    func scattered() {
        #expect(Base64URL.decode(["Zm9v".utf8, "YmFy".utf8].flatMap { $0 }) == Array("foobar".utf8))
        #expect(Base64URL.encode(repeatElement(UInt8(0), count: 3)) == "AAAA")
        #expect(Base64URL.decode("xZm9v".utf8.dropFirst()) == Array("foo".utf8))
    }
}
