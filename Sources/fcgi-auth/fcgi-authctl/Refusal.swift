import Database
import Glibc
import Passwords
import Revocations
import TokenSigning
import Usernames

/// Why a command was not carried out: one line in lower case without a full stop, and what to do
/// about it where something can be done. Never holds a password or a key.
struct Refusal: Error, Equatable {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// What standard error shows.
    var lines: [String] {
        ["fcgi-authctl: \(message)"] + (hint.map { ["fcgi-authctl: hint: \($0)"] } ?? [])
    }
}

extension Refusal {
    /// The core's errors in the words of this command line; nil for those of the argument parser,
    /// which explains its own.
    init?(explaining error: any Error) {
        switch error {
        case let error as Refusal: self = error
        case let error as StoreError: self.init(error)
        case let error as KeyStoreError: self.init("\(error)", hint: Self.privilegeHint)
        case let error as RevocationsUnavailable: self.init("\(error)", hint: Self.privilegeHint)
        case PasswordHashingError.outOfMemory: self.init("not enough memory to hash a password")
        case PasswordHashingError.library(let code):
            self.init("the password could not be hashed (argon2 error \(code))")
        default: return nil
        }
    }

    private init(_ error: StoreError) {
        switch error {
        case .unavailable: self.init("\(error)", hint: Self.privilegeHint)
        case .schemaTooNew: self.init("\(error)", hint: "this is an older fcgi-authctl; use the one installed last")
        case .constraint, .unexpected: self.init("\(error)")
        }
    }

    /// Most of what can't be opened is root's.
    private static var privilegeHint: String? {
        geteuid() == 0 ? nil : "run it as root"
    }
}
