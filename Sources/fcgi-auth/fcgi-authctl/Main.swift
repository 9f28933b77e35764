import ArgumentParser
import Glibc

/// `fcgi-authctl`: the admin's command line. Root runs it: it may read and change everything, and
/// serves nobody.
@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fcgi-authctl",
        abstract: "Administers the accounts, sessions and keys of fcgi-auth.",
        subcommands: [User.self, Session.self, Key.self, Migrate.self, Config.self])

    @OptionGroup var options: CommonOptions

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            if let refusal = Refusal(explaining: error) {
                Terminal.complain(refusal.lines.map { $0 + "\n" }.joined())
                Glibc.exit(1)
            }
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Terminal.complain(complaint(about: error) + "\n")
            Glibc.exit(ExitCode.validationFailure.rawValue)
        }
    }

    /// The parser's words on wrong arguments, with the usage, in the form of our own messages.
    private static func complaint(about error: any Error) -> String {
        let message = fullMessage(for: error)
        let text = message.hasPrefix("Error: ") ? message.dropFirst("Error: ".count) : message[...]
        return "fcgi-authctl: " + text.prefix(1).lowercased() + text.dropFirst()
    }
}

/// What every command takes, before it or after it.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read this configuration.", valueName: "file"))
    var config: String?
}

/// For every command that lists something.
struct JSONOption: ParsableArguments {
    @Flag(help: "Print JSON instead of a table.")
    var json = false
}
