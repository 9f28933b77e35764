import Authentication
import FastCGI
import HTTP
import Identity
import Launch
import Settings

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-verify")
        let (settings, log) = (program.settings, program.log)
        let answer = SubrequestAnswer(settings)
        // One thread: a verdict never waits, and nothing is shared.
        program.serve(.inline) {
            let handler = VerifyHandler(
                access: try AccessCheck(settings, cookies: settings.cookies.names),
                answer: answer, clock: { .now() }, log: log)
            return handler.respond
        }
    }
}
