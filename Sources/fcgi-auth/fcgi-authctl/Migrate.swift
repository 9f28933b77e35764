import ArgumentParser
import Database
import Events
import Identity
import Settings
import Storage

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Creates the store, or brings it to the schema of this version.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        try Store.prepare(installation.settings, at: installation.now)
        installation.record(.storeMigrated)
        Terminal.writeLine("store has schema \(Migrator().known)")
    }
}
