import Authentication
import FastCGI
import HTTP
import Identity
import Launch
import Settings
import TokenAuthentication

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-verify")
        let (settings, log) = (program.settings, program.log)
        program.require(
            settings.access == .jwt,
            otherwise: "AUTH_ACCESS is session: run fcgi-auth-verify-session in place of this program")
        let answer = SubrequestAnswer(settings)
        let judge = program.require { try TokenJudge(settings) }
        let access = AccessCheck(settings.cookies.names, by: judge)
        let handler = VerifyHandler(access: access, answer: answer, clock: { .now() }, log: log)
        let steps = TokenSteps(
            judge: judge, handler: handler, answer: answer, cookieName: settings.cookies.names.access,
            memory: settings.tokenCache, clock: { .now() })
        program.serve(steps, computing: .signatures)
    }
}
