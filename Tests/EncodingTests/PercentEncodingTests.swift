import Encoding
import Testing

@Suite struct PercentEncodingTests {
    @Test("Everything but the unreserved characters is encoded")
    func encodes() {
        let unreserved = "ABCXYZabcxyz0189-._~"
        #expect(PercentEncoding.encode(unreserved) == unreserved)
        #expect(PercentEncoding.encode("/a b?c=d&e#f%+\"\\") == "%2Fa%20b%3Fc%3Dd%26e%23f%25%2B%22%5C")
        #expect(PercentEncoding.encode("é\r\n\0") == "%C3%A9%0D%0A%00")
    }

    @Test("What was encoded comes back", arguments: ["", "/private/?a=b&c=d%20", "naïve ☃ 💩", "%00%41"])
    func roundTrip(text: String) {
        let encoded = PercentEncoding.encode(text)
        #expect(PercentEncoding.decode(encoded.utf8, plusIsSpace: false) == Array(text.utf8))
        #expect(PercentEncoding.decode(encoded.utf8, plusIsSpace: true) == Array(text.utf8))
    }

    @Test("Plus is a space in forms only")
    func plus() {
        #expect(PercentEncoding.decode("a+b%2B".utf8, plusIsSpace: true) == Array("a b+".utf8))
        #expect(PercentEncoding.decode("a+b%2B".utf8, plusIsSpace: false) == Array("a+b+".utf8))
    }

    @Test(
        "An escape that is not two hexadecimal digits is refused",
        arguments: ["%", "%4", "a%", "%g0", "%0g", "%%41", "%+1"])
    func refused(text: String) {
        #expect(PercentEncoding.decode(text.utf8, plusIsSpace: true) == nil)
    }

    @Test("Hexadecimal digits may be in either case, and any byte may come out")
    func anyByte() {
        #expect(PercentEncoding.decode("%fF%00%c3".utf8, plusIsSpace: false) == [0xff, 0x00, 0xc3])
    }
}
