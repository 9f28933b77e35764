import Endpoints
import HTTP
import Identity
import Launch
import Passwords
import Storage
import TokenDelivery

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-signup")
        let settings = program.settings
        let cookies = program.require { try CookiePolicy(settings) }
        Store.prepare(settings, program.log)
        program.serve(.hashing(settings, overloaded: overloaded)) {
            let handler = SignupHandler(
                isOpen: settings.signup == .open, usernames: settings.usernameKind,
                rules: PasswordRules(minimum: settings.passwordMin),
                hasher: PasswordHasher(parameters: Argon2Parameters(settings)), store: Store(settings),
                tokens: program.require { try TokenDelivery(settings, cookies: cookies) }, clock: { .now() },
                log: program.log)
            return PublicEndpoint(settings, log: program.log, routes: handler.routes).respond
        }
    }
}
