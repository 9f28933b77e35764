import CredentialFields
import Devices
import Endpoints
import FastCGI
import HTTP
import HashingGate
import Identity
import Launch
import Passwords
import RefreshTokens
import Secrets
import Settings
import Storage
import TokenDelivery

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-login")
        let (settings, log) = (program.settings, program.log)
        Store.prepare(settings, log: log)
        let shared = program.require { try SharedStore(settings) }
        let gate = HashingGate(settings)
        let line = gate.attemptLine(failuresAllowed: settings.loginAttempts)
        program.serve(
            .hashing(gate: gate.places, overloaded: overloaded(settings, log: log, page: .login)), facts: gate.facts
        ) {
            let store = try Store(settings, sharing: shared)
            let codec = try SecretFileProblem.naming(settings.keys + "/refresh.key") {
                try RefreshTokenCodec.load(path: $0)
            }
            let draw = try SecretFileProblem.naming(settings.keys + "/refresh.key") { try DecoyDraw.load(path: $0) }
            let devices = try SecretFileProblem.naming(settings.keys + "/refresh.key") {
                try DeviceCodec.load(path: $0)
            }
            let handler = LoginHandler(
                codec: codec, cookies: settings.cookies.names,
                usernames: settings.usernameKind,
                hasher: PasswordHasher(parameters: Argon2Parameters(settings), admission: gate), line: line,
                draw: draw, store: store, tokens: try TokenDelivery(settings, cookies: settings.cookies),
                devices: DeviceCookies(devices, cookies: settings.cookies),
                clock: { .now() }, log: log)
            return store.before(PublicEndpoint(settings, log: log, routes: handler.routes).respond)
        }
    }
}
