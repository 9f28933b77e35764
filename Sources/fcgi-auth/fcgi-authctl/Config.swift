import ArgumentParser
import JSON
import Settings

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the configuration in force, and where each value comes from.",
        discussion: "With mistakes in it, shows them all and exits with 1.")

    @OptionGroup var output: JSONOption
    @OptionGroup var options: CommonOptions

    func run() throws {
        let settings = try Installation(options).settings
        if output.json {
            return Terminal.writeLine(JSONOutput.array(SettingKey.allCases.map { json($0, settings) }).pretty())
        }
        var table = Table("KEY", "VALUE", "FROM")
        for key in SettingKey.allCases { table.add(key.name, settings.text(of: key), origin(key, settings)) }
        Terminal.write(table.text(ifEmpty: ""))
    }

    private func json(_ key: SettingKey, _ settings: Settings) -> JSONOutput {
        [
            "key": .string(key.name), "value": .string(settings.text(of: key)),
            "from": .string(origin(key, settings)),
        ]
    }

    private func origin(_ key: SettingKey, _ settings: Settings) -> String {
        "\(settings.origins[key] ?? .byDefault)"
    }
}
