/// A yes or no before what can't be undone.
enum Confirmation {
    /// Asks where there is somebody to ask; a script has thought about it before.
    static func require(_ question: String, yes: Bool) throws(Refusal) {
        if yes || !Terminal.inputIsTerminal { return }
        Terminal.complain("\(question) [y/N] ")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw Refusal("nothing was changed")
        }
    }
}
