import Authentication
import Endpoints
import HTTP
import Identity
import Launch
import RefreshTokens
import Storage

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-logout")
        let settings = program.settings
        let cookies = program.require { try CookiePolicy(settings) }
        let codec = program.require { try RefreshTokenCodec.load(path: settings.keys + "/refresh.key") }
        Store.prepare(settings, program.log)
        program.serve(.storing(overloaded: overloaded)) {
            let handler = LogoutHandler(
                access: program.require { try AccessCheck(settings, cookies: cookies.names) }, codec: codec,
                cookies: cookies, store: Store(settings), clock: { .now() }, log: program.log)
            return PublicEndpoint(settings, log: program.log, routes: handler.routes).respond
        }
    }
}
