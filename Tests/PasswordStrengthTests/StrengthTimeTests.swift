import Glibc
import Secrets
import Testing

@testable import PasswordStrength

@Suite("Time for a new password", .serialized)
struct StrengthTimeTests {
    private let rules = NewPasswordRules(minimum: 8, issuer: "https://example.org")

    /// What libzxcvbn found hardest, alone and mixed, at the longest and at the length it is shown.
    private static let units = [
        "12", "54", "89", "1", "a", "ab", "aaab", "1|7!", "i1l|!7t+$5s", "23", "password", "4@8({[<3690!1|7+$5%2",
        "qwertyuiop",
        "1234567890", "19991231", "1/1/99", "😀", "ü", "lllliiii1111", "maria", "m4r14", "\0",
    ]

    @Test("no password takes long to judge: 256 code points of whatever kind (N-R3)", arguments: units)
    func bounded(unit: String) {
        let name = String(repeating: "maria.", count: 40)
        for length in [StrengthEstimate.windowLength, 256] {
            let text = String(String(repeating: unit, count: length).unicodeScalars.prefix(length))
            // The best of three: the machine may be busy with something else.
            let best = (1...3).map { _ in
                ContinuousClock().measure {
                    _ = rules.normalize(SecretBytes(copying: text.utf8), names: [name, "maria@example.org"])
                }
            }.min()
            // Ten times what it takes on the reference machine, in a debug build; sanitizers need longer.
            let patience = getenv("FCGI_AUTH_TEST_PATIENCE").flatMap { Int(String(cString: $0)) } ?? 1
            #expect((best ?? .zero) < .milliseconds(150) * patience)
        }
    }
}
