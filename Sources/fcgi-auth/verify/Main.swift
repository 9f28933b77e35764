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
        // One thread: a verdict never waits, and nothing is shared.
        program.serve(.inline) {
            let access = AccessCheck(settings.cookies.names, by: try TokenJudge(settings))
            return VerifyHandler(access: access, answer: answer, clock: { .now() }, log: log).respond
        }
    }
}
