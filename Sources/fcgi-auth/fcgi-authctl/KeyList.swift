import ArgumentParser
import Identity
import JSON
import Settings
import TokenSigning
import Tokens

struct KeyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the keys in the order in which they sign.")

    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    func run() throws {
        let installation = try Installation(options)
        let keys = try installation.keyStore.list(at: installation.now)
        if output.json { return Terminal.writeLine(JSONOutput.array(keys.map(\.json)).pretty()) }
        var table = Table("KEY ID", "ALGORITHM", "STATUS", "SIGNS FROM", "VERIFIES UNTIL")
        for key in keys {
            table.add(
                key.kid, key.algorithm.rawValue, key.status.rawValue, key.notBefore.brief, key.retiresAt?.brief ?? "")
        }
        Terminal.write(table.text(ifEmpty: "no keys: fcgi-authctl key rotate makes the first"))
    }
}

extension Installation {
    var keyStore: KeyStore { KeyStore(directory: settings.keys, tokenLifetime: settings.accessTTL) }
}
