import Accounts
import ArgumentParser
import Database
import Events
import Identity
import Settings
import Storage

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Creates the store or brings it to this version's schema, and restores the revocation journal.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        do {
            try Store.prepare(installation.settings, at: installation.now)
        } catch {
            // Before the programs first run there may be nowhere to put the journal, which is the last
            // thing that is made; then it is enough that the store can be read.
            guard !installation.hasRuntime else { throw error }
            _ = try installation.store().accounts.list(limit: 1)
        }
        installation.record(.storeMigrated)
        Terminal.writeLine("store has schema \(Migrator().known)")
    }
}
