import ArgumentParser

struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists and rotates the keys that sign tokens.", subcommands: [KeyList.self, KeyRotate.self])
}
