import ArgumentParser
import Events
import Identity
import JSON
import Revocations
import Settings
import TokenSigning
import Tokens

struct KeyRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Makes a new key, or the first.",
        discussion: """
            It is published at once and signs after a delay, so that everybody who verifies tokens knows it \
            by then. The key before it verifies until its last token has expired.
            """)

    @Option(help: ArgumentHelp("EdDSA, ES256 or HS256; by default AUTH_ALGORITHM.", valueName: "name"))
    var algorithm: String?
    @Option(help: ArgumentHelp("How long after publication it begins to sign. (default: 10m)", valueName: "duration"))
    var delay: String?
    @Flag(help: "Sign at once: back ends that keep the JWKS may refuse tokens until they read it again.")
    var now = false
    @Flag(help: "End all other keys, and the tokens they signed, now: for a key that was stolen.")
    var retireOld = false
    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    /// Longest delay; a key that signs later than this was surely not meant.
    private static let maximumDelay = Duration.seconds(30 * 86_400)

    func validate() throws {
        guard delay == nil || !now else { throw ValidationError("give --delay or --now, not both") }
    }

    func run() throws {
        let installation = try Installation(options)
        let key = try installation.keyStore.rotate(
            chosenAlgorithm(installation.settings), at: installation.now, publishDelay: chosenDelay(),
            retireOld: retireOld)
        announce(installation)
        installation.record(.keyRotated, ["kid": key.kid, "algorithm": key.algorithm.rawValue])
        if output.json { return Terminal.writeLine(key.json.pretty()) }
        let start = key.notBefore > installation.now ? "signs from \(key.notBefore.brief)" : "signs from now on"
        Terminal.writeLine("key \(key.kid) (\(key.algorithm.rawValue)) \(start)")
    }

    private func chosenAlgorithm(_ settings: Settings) throws(Refusal) -> SignatureAlgorithm {
        let name = algorithm ?? settings.algorithm
        let match = SignatureAlgorithm.allCases.first { $0.rawValue.lowercased() == name.lowercased() }
        guard let match else {
            throw Refusal(
                "no such algorithm", hint: SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return match
    }

    private func chosenDelay() throws(Refusal) -> Duration {
        if now { return .zero }
        guard let delay else { return KeyStore.defaultPublishDelay }
        guard let duration = DurationText.parse(delay), duration <= Self.maximumDelay else {
            throw Refusal("the delay is not a duration up to 30d", hint: "write it as 30s, 10m, 12h or 1d")
        }
        return duration
    }

    /// Running programs load the keys again at once. Those that miss it, as when there is no journal
    /// because nothing runs, look at the files by themselves.
    private func announce(_ installation: Installation) {
        let settings = installation.settings
        try? RevocationJournal(directory: settings.runtime).append(
            [.keysChanged(until: installation.now + settings.accessTTL)], at: installation.now)
    }
}
