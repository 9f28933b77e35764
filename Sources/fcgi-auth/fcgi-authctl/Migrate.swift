import Accounts
import ArgumentParser
import Database
import Events
import Identity
import Lookalikes
import Settings
import Storage

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Creates the store or brings it to this version's schema, and restores the revocation journal.",
        discussion: "Also works out anew which user names look alike, as ICU sees it now.")

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
        // Accounts of before there were skeletons have none, and a newer ICU knows more look-alikes.
        let lookalikes = try installation.lookalikes()
        for name in try installation.store().accounts.renewSkeletons(lookalikes.skeleton) {
            Terminal.complain("fcgi-authctl: warning: \(name) looks like the name of an older account\n")
        }
        installation.record(.storeMigrated)
        Terminal.writeLine("store has schema \(Migrator().known)")
    }
}
