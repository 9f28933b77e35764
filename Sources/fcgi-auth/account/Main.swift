import Authentication
import Endpoints
import HTTP
import Identity
import Launch
import Passwords
import Storage

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-account")
        let settings = program.settings
        let cookies = program.require { try CookiePolicy(settings) }
        Store.prepare(settings, program.log)
        program.serve(.hashing(settings, overloaded: overloaded)) {
            let account = AccountHandler(
                access: program.require { try AccessCheck(settings, cookies: cookies.names) }, cookies: cookies,
                store: Store(settings), clock: { .now() }, log: program.log)
            let password = PasswordHandler(
                account: account, rules: PasswordRules(minimum: settings.passwordMin),
                hasher: PasswordHasher(parameters: Argon2Parameters(settings)))
            let endpoint = PublicEndpoint(settings, log: program.log, routes: account.routes + password.routes)
            return endpoint.respond
        }
    }
}
