import Authentication
import FastCGI
import HTTP
import Identity
import Launch
import SessionAuthentication
import Settings

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-verify-session")
        let (settings, log) = (program.settings, program.log)
        program.require(
            settings.access == .session,
            otherwise: "AUTH_ACCESS is jwt: run fcgi-auth-verify in place of this program")
        let answer = SubrequestAnswer(settings)
        // One thread: readers of the store don't wait for its writers, and nothing is shared.
        program.serve(.inline) {
            let access = AccessCheck(settings.cookies.names, by: SessionJudge(reading: settings))
            return VerifyHandler(access: access, answer: answer, clock: { .now() }, log: log).respond
        }
    }
}
