import Authentication
import Endpoints
import FastCGI
import HTTP
import Identity
import Launch
import RefreshTokens
import Secrets
import Settings
import SiteAuthentication
import Storage

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-logout")
        let (settings, log) = (program.settings, program.log)
        let codec = program.require {
            try SecretFileProblem.naming(settings.keys + "/refresh.key") { try RefreshTokenCodec.load(path: $0) }
        }
        Store.prepare(settings, log: log)
        let shared = program.require { try SharedStore(settings) }
        program.serve(.storing(overloaded: overloaded(settings, log: log, page: .any))) {
            let store = try Store(settings, sharing: shared)
            let handler = LogoutHandler(
                access: try AccessCheck(settings, store), codec: codec,
                cookies: settings.cookies, store: store, clock: { .now() }, log: log)
            return store.before(PublicEndpoint(settings, log: log, routes: handler.routes).respond)
        }
    }
}
