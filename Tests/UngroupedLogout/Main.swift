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

/// fcgi-auth-logout as it would be with a commit for each request, and as many threads as are of use then:
/// what scripts/bench_writes.py compares it with.
@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-logout")
        let (settings, log) = (program.settings, program.log)
        let codec = program.require {
            try SecretFileProblem.naming(settings.keys + "/refresh.key") { try RefreshTokenCodec.load(path: $0) }
        }
        Store.prepare(settings, log: log)
        let workers = Workers(atRest: 4, atMost: 4, queue: 256)
        program.serve(.workers(workers, overloaded: overloaded(settings, log: log, page: .any))) {
            let store = try Store(settings)
            let handler = LogoutHandler(
                access: try AccessCheck(settings, store), codec: codec,
                cookies: settings.cookies, store: store, clock: { .now() }, log: log)
            return store.before(PublicEndpoint(settings, log: log, routes: handler.routes).respond)
        }
    }
}
