import AccountImport
import Identity
import Settings
import Testing
import Usernames

@Suite("User files")
struct UserFileTests {
    static let digest = "$2y$05$GuYbn2BDDrHm7LscUE79F.UwOTv5./dHD.gjyplhOeklYuz5mnAde"
    static let now = Timestamp(seconds: 1_795_000_000)

    private func read(_ text: String, _ format: ImportFormat) -> UserFile {
        UserFile(Array(text.utf8), format, names: .any, at: Self.now)
    }

    @Test("htpasswd lines become accounts, comments and blank lines nothing")
    func htpasswd() {
        let file = read("# users\r\n\r\nAna:\(Self.digest)\r\nbo:$apr1$xyz$f8uh.ZTKXHH5Dxj98i0m71", .htpasswd)
        #expect(file.problems.isEmpty)
        #expect(file.accounts.map(\.username.canonical) == ["ana", "bo"])
        #expect(file.accounts.map(\.digestName) == ["bcrypt", "apr1"])
        #expect(file.accounts.map(\.line) == [3, 4])
    }

    @Test("every problem of a file is told with its line, and no digest with it")
    func everyProblem() {
        let file = read(
            """
            two words:\(Self.digest)
            sha:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=
            ana:\(Self.digest)
            ANA:\(Self.digest)
            nothing
            empty:
            des:rEK1ecacw.7.c
            many:a:b
            steep:\(Self.digest.replacing("$05$", with: "$15$"))
            """, .htpasswd)
        #expect(file.problems.map(\.line) == [1, 2, 4, 5, 6, 7, 8, 9])
        #expect(file.problems[2].text == "is the same user as line 3")
        for problem in file.problems {
            #expect(
                !problem.text.contains("W6ph5") && !problem.text.contains("rEK1") && !problem.text.contains("GuYbn"))
        }
    }

    @Test("a locked digest is a disabled account, no digest none, an expired account disabled")
    func shadow() {
        let hash = "$6$saltstring$" + String(repeating: "a", count: 86)
        let file = read(
            """
            root:*:19000:0:99999:7:::
            daemon:!:19000:0:99999:7:::
            new:!!:19000::::::
            nis:x:19000::::::
            ana:\(hash):19000:0:99999:7:::
            bo:!\(hash):19000:0:99999:7:::
            cy:\(hash):19000:0:99999:7::19000:
            di:\(hash):19000:0:99999:7::99999:
            ed:\(hash)
            """, .shadow)
        #expect(file.problems.isEmpty)
        #expect(file.skipped.map(\.line) == [1, 2, 3, 4])
        #expect(file.accounts.map(\.username.canonical) == ["ana", "bo", "cy", "di", "ed"])
        #expect(file.accounts.map(\.isDisabled) == [false, true, true, false, false])
        #expect(file.accounts.allSatisfy { $0.digest == hash })
        #expect(read("ana::19000::::::", .shadow).problems.map(\.line) == [1])
        #expect(read("ana:\(hash):::::::soon", .shadow).problems.isEmpty)
        #expect(read("ana:\(hash)::::::soon:", .shadow).problems.map(\.line) == [1])
    }

    @Test("a JSON line carries everything that export writes")
    func jsonLine() throws {
        let id = AccountID.make(at: Self.now)
        let file = read(
            #"{"id":"\#(id)","username":"ana","email":"a@example.org","roles":["admin","staff"],"digest":null,"#
                + #""disabled":true,"disabled_at":"2026-11-21T03:40:00.123Z","created_at":"2020-02-29T23:59:59Z"}"#,
            .jsonl)
        #expect(file.problems.isEmpty)
        let account = try #require(file.accounts.first)
        #expect(
            account.id == id && account.email == "a@example.org" && account.roles.map(\.name) == ["admin", "staff"])
        #expect(account.digest == nil && account.isDisabled)
        #expect(account.disabledAt?.iso8601() == "2026-11-21T03:40:00.123Z")
        #expect(account.createdAt?.iso8601() == "2020-02-29T23:59:59.000Z")
    }

    @Test(
        "a JSON line that could mean two things, or nothing we know, is refused",
        arguments: [
            "{}", "[]", "x", #"{"username":"a","username":"b"}"#, #"{"username":"a","pasword":"x"}"#,
            #"{"username":1}"#,
            #"{"username":"a","roles":"admin"}"#, #"{"username":"a","roles":["Admin"]}"#,
            #"{"username":"a","roles":[1]}"#,
            #"{"username":"a","disabled":"yes"}"#, #"{"username":"a","created_at":"yesterday"}"#,
            #"{"username":"a","created_at":"2026-02-30T00:00:00Z"}"#, #"{"username":"a","id":"1"}"#,
            #"{"username":"a","disabled":false,"disabled_at":"2026-11-21T03:40:00Z"}"#,
            #"{"username":"a","email":"b"}"#,
            #"{"username":"a","digest":"hunter2"}"#, #"{"username":"a"} {}"#,
        ])
    func badJSONLine(line: String) {
        #expect(read(#"{"username":"good"}"# + "\n" + line, .jsonl).problems.map(\.line) == [2])
    }

    @Test("Authelia's users become accounts, its groups roles")
    func authelia() throws {
        let file = read(
            """
            ---
            ###  users
            users:
              john:
                disabled: false
                displayname: 'John Doe'
                password: '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$9JFnUVC3qBPXHOQ3FF3iioPJjGQvUzPiMhawzWn4wVw'
                email: 'john.doe@authelia.com'
                groups:
                  - 'admins'
                  - 'dev'
                address: {street: 'x', country: 'y'}
              james:
                disabled: true
                password: '{CRYPT}$6$saltstring$\(String(repeating: "a", count: 86))'
                groups: []
            """, .authelia)
        #expect(file.problems.isEmpty)
        #expect(file.accounts.map(\.username.canonical) == ["john", "james"])
        #expect(file.accounts[0].roles.map(\.name) == ["admins", "dev"])
        #expect(file.accounts[0].email == "john.doe@authelia.com")
        #expect(file.accounts.map(\.digestName) == ["argon2id", "sha512-crypt"])
        #expect(file.accounts.map(\.isDisabled) == [false, true])
    }

    @Test("problems of Authelia's file have the lines they stand on")
    func badAuthelia() {
        let file = read(
            """
            users:
              john:
                password: 'x'
                groups:
                  - 'Domain Users'
              jane:
                disabled: perhaps
                password: '\(Self.digest)'
              jim:
                email: jim@example.org
              joe: nobody
              jon:
                passwrod: '\(Self.digest)'
            other: 1
            """, .authelia)
        #expect(file.problems.map(\.line) == [2, 5, 7, 9, 11, 13, 14])
        #expect(read("users:\n", .authelia).problems.map(\.line) == [1])
        #expect(read("users: *x\n", .authelia).problems.map(\.line) == [1])
        #expect(read("accounts: {}\n", .authelia).problems.map(\.line) == [1])
    }

    @Test("bytes that are no text are a problem, not a name")
    func notText() {
        let bytes: [UInt8] = [0x61, 0xFF] + Array(":\(Self.digest)\n".utf8)
        #expect(UserFile(bytes, .htpasswd, names: .any, at: Self.now).problems.map(\.line) == [1])
        #expect(UserFile(bytes, .shadow, names: .any, at: Self.now).problems.map(\.line) == [1])
    }

    @Test("where names are addresses the name is the e-mail, and other names are refused")
    func emailNames() {
        let file = UserFile(
            Array("Ana@Example.org:\(Self.digest)\nbo:\(Self.digest)".utf8), .htpasswd, names: .email, at: Self.now)
        #expect(file.problems.map(\.line) == [2])
        #expect(file.accounts.first?.email == "ana@example.org")
    }

    @Test("the form is guessed only where it is certain")
    func guess() {
        func guess(_ text: String) -> ImportFormat? { ImportFormat.guess(Array(text.utf8)) }
        #expect(guess("# x\nana:\(Self.digest)\n") == .htpasswd)
        #expect(guess("ana:\(Self.digest):19000:0:99999:7:::\nroot:*:19000:0:99999:7:::\n") == .shadow)
        #expect(guess(#"{"username":"ana"}"#) == .jsonl)
        #expect(guess("---\n# x\nusers:\n  ana:\n") == .authelia)
        #expect(guess("ana:\(Self.digest):19000\n") == nil)
        #expect(guess("ana:$y$j9T$a$b\n") == nil)
        #expect(guess("") == nil && guess("name,password\n") == nil && guess("\u{0}") == nil)
    }
}
