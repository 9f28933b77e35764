import CredentialFields
import Devices
import Endpoints
import FastCGI
import HTTP
import HashingGate
import Identity
import Launch
import Lookalikes
import PasswordStrength
import Passwords
import Secrets
import Settings
import Storage
import TokenDelivery

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-signup")
        let (settings, log) = (program.settings, program.log)
        Store.prepare(settings, log: log)
        let shared = program.require { try SharedStore(settings) }
        let lookalikes = program.require { try Lookalikes() }
        let gate = HashingGate(settings)
        let line = gate.attemptLine()
        program.serve(
            .hashing(gate: gate.places, overloaded: overloaded(settings, log: log, page: .signup)), facts: gate.facts
        ) {
            let store = try Store(settings, sharing: shared)
            let devices = try SecretFileProblem.naming(settings.keys + "/refresh.key") {
                try DeviceCodec.load(path: $0)
            }
            let rules = NewPasswordRules(minimum: settings.passwordMin, issuer: settings.issuer)
            let strength = StrengthHandler(usernames: settings.usernameKind, rules: rules)
            let handler = SignupHandler(
                isOpen: settings.signup == .open, usernames: settings.usernameKind, lookalikes: lookalikes,
                rules: rules,
                hasher: PasswordHasher(parameters: Argon2Parameters(settings), admission: gate), line: line,
                store: store, tokens: try TokenDelivery(settings, cookies: settings.cookies),
                devices: DeviceCookies(devices, cookies: settings.cookies), clock: { .now() }, log: log)
            return store.before(PublicEndpoint(settings, log: log, routes: handler.routes + strength.routes).respond)
        }
    }
}
