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
            guard let refusal = Refusal(explaining: error) else { exit(withError: error) }
            Terminal.complain(refusal.lines.map { $0 + "\n" }.joined())
            Glibc.exit(1)
        }
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
