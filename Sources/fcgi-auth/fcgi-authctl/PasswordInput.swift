import Glibc
import Secrets

/// Where a password comes from: the terminal, asked twice without echo, or the first line of
/// standard input when that is no terminal. Never an argument or a variable, which other users'
/// `ps` and a shell's history would show.
enum PasswordInput {
    /// Longest line, in bytes; more than any password may have.
    private static let maximumBytes = 8192

    /// The password as typed, without its line feed; nothing else is taken away.
    static func read() throws(Refusal) -> SecretBytes {
        guard Terminal.inputIsTerminal else {
            guard let line = try readLine() else { throw Refusal("no password on standard input") }
            return line
        }
        let password = try ask("password: ")
        guard constantTimeEquals(password, try ask("the same again: ")) else {
            throw Refusal("the two passwords differ")
        }
        return password
    }

    private static func ask(_ question: String) throws(Refusal) -> SecretBytes {
        while true {
            Terminal.complain(question)
            var answer: Result<SecretBytes?, Refusal> = .success(nil)
            let answered = SilentTerminal.withoutEcho {
                answer = Result { () throws(Refusal) in try readLine() }
            }
            Terminal.complain("\n")
            guard answered else { continue }
            guard let line = try answer.get() else { throw Refusal("no password given") }
            return line
        }
    }

    /// The bytes up to a line feed or the end, read one by one so that what follows stays in the
    /// pipe; nil at the end of the input.
    private static func readLine() throws(Refusal) -> SecretBytes? {
        var ended = false
        let line = try SecretBytes(unsafeUninitializedCapacity: maximumBytes) { buffer throws(Refusal) in
            var count = 0
            while count < buffer.count {
                let received = Glibc.read(STDIN_FILENO, buffer.baseAddress?.advanced(by: count), 1)
                if received < 0 && errno == EINTR { continue }
                if received <= 0 {
                    ended = true
                    return count
                }
                if buffer[count] == UInt8(ascii: "\n") { return count }
                count += 1
            }
            throw Refusal("the password is too long")
        }
        return ended && line.isEmpty ? nil : line
    }
}
