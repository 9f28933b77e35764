import Authentication
import CredentialFields
import Endpoints
import FastCGI
import HTTP
import HashingGate
import Identity
import Launch
import PasswordStrength
import Passwords
import Settings
import SiteAuthentication
import Storage

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-account")
        let (settings, log) = (program.settings, program.log)
        Store.prepare(settings, log: log)
        let shared = program.require { try SharedStore(settings) }
        let gate = HashingGate(settings)
        program.serve(
            .hashing(gate: gate.places, overloaded: overloaded(settings, log: log, page: .account)), facts: gate.facts
        ) {
            let store = try Store(settings, sharing: shared)
            let account = AccountHandler(
                access: try AccessCheck(settings, store), cookies: settings.cookies,
                store: store, clock: { .now() }, log: log)
            let password = PasswordHandler(
                account: account, rules: NewPasswordRules(minimum: settings.passwordMin, issuer: settings.issuer),
                hasher: PasswordHasher(parameters: Argon2Parameters(settings), admission: gate))
            let endpoint = PublicEndpoint(settings, log: log, routes: account.routes + password.routes)
            return store.before(endpoint.respond)
        }
    }
}
