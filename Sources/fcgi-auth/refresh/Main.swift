import Authentication
import Endpoints
import HTTP
import Identity
import Launch
import RefreshTokens
import Storage
import TokenDelivery

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-refresh")
        let settings = program.settings
        let cookies = program.require { try CookiePolicy(settings) }
        let codec = program.require { try RefreshTokenCodec.load(path: settings.keys + "/refresh.key") }
        let subrequest = SubrequestAnswer(settings)
        Store.prepare(settings, program.log)
        program.serve(.storing { $0.isRenewal ? subrequest.unavailable() : overloaded($0) }) {
            let store = Store(settings)
            let tokens = program.require { try TokenDelivery(settings, cookies: cookies) }
            let refresh = RefreshHandler(
                codec: codec, cookies: cookies, store: store, tokens: tokens, clock: { .now() }, log: program.log)
            let renew = RenewHandler(
                codec: codec, cookies: cookies, answer: subrequest, store: store, tokens: tokens, clock: { .now() },
                log: program.log)
            let endpoint = PublicEndpoint(settings, log: program.log, routes: refresh.routes)
            return { $0.isRenewal ? renew.respond($0) : endpoint.respond($0) }
        }
    }
}

extension Request {
    /// Asked by nginx itself, at a location that no client can reach.
    fileprivate var isRenewal: Bool { path == "/_auth/renew" }
}
