import Authentication
import Endpoints
import FastCGI
import HTTP
import Identity
import Launch
import RefreshTokens
import Secrets
import Settings
import Storage
import TokenDelivery

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-refresh")
        let (settings, log) = (program.settings, program.log)
        let codec = program.require {
            try SecretFileProblem.naming(settings.keys + "/refresh.key") { try RefreshTokenCodec.load(path: $0) }
        }
        let subrequest = SubrequestAnswer(settings)
        Store.prepare(settings, log: log)
        let shared = program.require { try SharedStore(settings) }
        let refuse = overloaded(settings, log: log, page: .login)
        program.serve(.storing { $0.isRenewal ? subrequest.unavailable() : refuse($0) }) {
            let store = try Store(settings, sharing: shared)
            let tokens = try TokenDelivery(settings, cookies: settings.cookies)
            let refresh = RefreshHandler(
                codec: codec, cookies: settings.cookies, store: store, tokens: tokens, clock: { .now() }, log: log)
            let renew = RenewHandler(
                codec: codec, cookies: settings.cookies, answer: subrequest, store: store, tokens: tokens,
                clock: { .now() },
                log: log)
            let endpoint = PublicEndpoint(settings, log: log, routes: refresh.routes)
            return store.before { $0.isRenewal ? renew.respond($0) : endpoint.respond($0) }
        }
    }
}

extension Request {
    /// Asked by nginx itself, at locations that no client can reach.
    fileprivate var isRenewal: Bool { path == "/_auth/renew" || path == "/_auth/renew-form" }
}
