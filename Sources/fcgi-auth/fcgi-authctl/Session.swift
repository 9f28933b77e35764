import ArgumentParser

struct Session: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists and ends sessions.", subcommands: [SessionList.self, SessionRevoke.self])
}
