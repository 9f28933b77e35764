import PasswordStrength
import Passwords
import Secrets
import Testing

@Suite("How strong a password is, for whoever types it")
struct PasswordStrengthTests {
    private let rules = NewPasswordRules(minimum: 15, issuer: "https://shop.example.org")

    private func strength(_ password: String, _ names: [String] = []) -> PasswordStrength {
        rules.strength(of: SecretBytes(copying: password.utf8), names: names)
    }

    @Test(
        "It refuses what the rules refuse, for the same reason",
        arguments: [
            "short", "passwordpassword", "shop.example.org1", "margaretmargaret", "aaaaaaaaaaaaaaaa",
            "abcdefghijklmnop",
            String(repeating: "y", count: 300), "velvet tundra lantern", "\u{0}\u{1}\u{2}velvet tundra lantern",
        ])
    func agreement(password: String) {
        let told = strength(password, ["margaret"])
        switch rules.normalize(SecretBytes(copying: password.utf8), names: ["margaret"]) {
        case .success: #expect(told.refusal == nil && told.score >= 2)
        case .failure(let refusal): #expect(told.refusal == refusal && told.score <= 1)
        }
    }

    @Test("The score rises to 4 with the words, also those past the first 24 characters")
    func scores() {
        let words = ["bracket", "velvet", "tundra", "mosaic", "lantern", "orchid"]
        let scores = (1...words.count).map { strength(words.prefix($0).joined(separator: " ")).score }
        #expect(scores == scores.sorted() && scores.first == 0 && scores.last == 4)
        #expect(strength(String(repeating: "a", count: 30) + "Xk3!vQz9#Lw2@Rt7&Yp5").score == 4)
    }
}
