/// A yes or no before what can't be undone.
enum Confirmation {
    /// Asks on the terminal. A script has nobody to ask and must say `--yes`.
    static func require(_ question: String, yes: Bool) throws(Refusal) {
        if yes { return }
        guard Terminal.inputIsTerminal else {
            throw Refusal("this needs a confirmation", hint: "add --yes to do it without a terminal")
        }
        Terminal.complain("\(question) [y/N] ")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw Refusal("nothing was changed")
        }
    }
}
