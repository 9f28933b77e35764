import Authentication
import HTTP
import Identity
import Launch

@main
enum Main {
    static func main() {
        let program = Program.start("fcgi-auth-verify")
        let cookies = program.require { try CookiePolicy(program.settings) }
        let answer = SubrequestAnswer(program.settings)
        // One thread: a verdict never waits, and nothing is shared.
        program.serve(.inline) {
            let handler = VerifyHandler(
                access: program.require { try AccessCheck(program.settings, cookies: cookies.names) },
                answer: answer, clock: { .now() }, log: program.log)
            return handler.respond
        }
    }
}
