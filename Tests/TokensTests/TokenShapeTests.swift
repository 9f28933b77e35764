import Encoding
import Identity
import Testing

@testable import TokenSigning
@testable import Tokens

@Suite struct TokenShapeTests {
    @Test("A token as the issuer makes it is accepted", arguments: SignatureAlgorithm.allCases)
    func accepted(algorithm: SignatureAlgorithm) throws {
        let forger = try Forger(algorithm)
        #expect(forger.refusal(of: try forger.token()) == nil)
    }

    @Test("No bit of a token may change", arguments: SignatureAlgorithm.allCases)
    func flippedBits(algorithm: SignatureAlgorithm) throws {
        let forger = try Forger(algorithm)
        let token = Array(try forger.token().utf8)
        for position in token.indices {
            var flipped = token
            flipped[position] ^= 1 << (position % 7)
            #expect(forger.refusal(of: String(decoding: flipped, as: UTF8.self)) != nil)
        }
    }

    @Test("No beginning of a token, and nothing longer than it, is accepted")
    func prefixes() throws {
        let forger = try Forger()
        let token = try forger.token()
        for count in 0..<token.utf8.count { #expect(forger.refusal(of: String(token.prefix(count))) != nil) }
        for end in ["A", "AAAA", "=", ".", " ", "\n", "\0"] { #expect(forger.refusal(of: token + end) != nil) }
        for start in ["A", "AAAA", " ", "\n", "Bearer "] { #expect(forger.refusal(of: start + token) != nil) }
    }

    @Test("A token has exactly three parts")
    func parts() throws {
        let forger = try Forger()
        let parts = try forger.token().split(separator: ".").map(String.init)
        for text in [
            "", ".", "..", "...", parts[0], "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).\(parts[2]).",
            ".\(parts[0]).\(parts[1]).\(parts[2])", "\(parts[0])..\(parts[1]).\(parts[2])",
            "\(parts[0]).\(parts[1]).\(parts[2]).\(parts[2]).\(parts[2])",
        ] {
            #expect(forger.refusal(of: text) == .malformed)
        }
        #expect(forger.refusal(of: "\(parts[0])..\(parts[2])") == .badSignature)
        #expect(forger.refusal(of: "\(parts[0]).\(parts[1]).") == .badSignature)
    }

    @Test("Long tokens are refused by their length, before anything is split", arguments: [4097, 8192, 1_048_576])
    func tooLong(count: Int) throws {
        let forger = try Forger()
        #expect(forger.refusal(of: String(repeating: "A", count: count)) == .tooLong)
        #expect(forger.refusal(of: String(repeating: ".", count: count)) == .tooLong)
        #expect(forger.refusal(of: try forger.token() + String(repeating: "A", count: count)) == .tooLong)
    }

    @Test("A token of the greatest length is still read")
    func longest() throws {
        let forger = try Forger()
        let overhead = try forger.token(claims: forger.claims("padding", "\"\"")).utf8.count
        let padding = String(repeating: "x", count: (TokenVerifier.maximumTokenBytes - overhead) * 3 / 4 - 3)
        let token = try forger.token(claims: forger.claims("padding", "\"\(padding)\""))
        #expect((4088...4096).contains(token.utf8.count))
        #expect(forger.refusal(of: token) == nil)
    }

    @Test("Base64 of another kind is refused in every part", arguments: ["=", "+", "/", " ", "%3D", "?", "é"])
    func otherBase64(text: String) throws {
        let forger = try Forger()
        let parts = try forger.token().split(separator: ".").map(String.init)
        #expect(forger.refusal(of: try forger.sign("\(parts[0])\(text).\(parts[1])")) == .malformed)
        #expect(forger.refusal(of: try forger.sign("\(parts[0]).\(parts[1])\(text)")) == .malformed)
        #expect(forger.refusal(of: "\(parts[0]).\(parts[1]).\(parts[2])\(text)") == .malformed)
    }

    @Test("A line break in base64 is refused, however it is signed")
    func lineBreaks() throws {
        let forger = try Forger()
        let parts = try forger.token().split(separator: ".").map(String.init)
        for end in ["\n", "\r\n", "\t", "\0"] {
            #expect(forger.refusal(of: try forger.sign("\(parts[0])\(end).\(parts[1])")) == .malformed)
            #expect(forger.refusal(of: try forger.sign("\(parts[0]).\(end)\(parts[1])")) == .malformed)
        }
    }

    @Test("Unused bits of the signature's last character must be zero", arguments: [SignatureAlgorithm.eddsa, .es256])
    func unusedBits(algorithm: SignatureAlgorithm) throws {
        let forger = try Forger(algorithm)
        let token = try forger.token()
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        let accepted = alphabet.filter { forger.refusal(of: token.dropLast() + String($0)) == nil }
        #expect(accepted == String(token.suffix(1)))
    }

    @Test(
        "A signed payload that is not one JSON object is refused",
        arguments: [
            "", "[]", "null", "\"text\"", "1", "{}{}", "{", "{\"iss\":}", "\u{FEFF}{}",
            String(repeating: "[", count: 2000), String(repeating: "{\"a\":", count: 400),
        ])
    func payload(text: String) throws {
        let forger = try Forger()
        #expect(forger.refusal(of: try forger.token(claims: text)) == .malformed)
    }

    @Test("A signed payload that is not UTF-8 is refused")
    func notUTF8() throws {
        let forger = try Forger()
        let claims = forger.claims("username", "\"a?\"")
        for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]] {
            let payload = Array(claims.utf8).flatMap { $0 == UInt8(ascii: "?") ? bytes : [$0] }
            #expect(forger.refusal(of: try forger.token(header: forger.header(), payload: payload)) == .malformed)
        }
    }
}
