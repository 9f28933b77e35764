import Accounts
import Events
import Glibc
import Identity
import Lookalikes
import Settings
import Storage
import Usernames

/// What a command works on: the configuration in force and the store it names.
struct Installation {
    let settings: Settings
    private let clock: WallClock
    private let events: EventLog?

    /// - Throws: every mistake in the configuration at once.
    init(_ options: CommonOptions, clock: @escaping WallClock = { .now() }) throws(Refusal) {
        switch Settings.load(file: options.config, environment: ProcessEnvironment.variables()) {
        case .success(let settings): self.settings = settings
        case .failure(let errors): throw Refusal(errors)
        }
        self.clock = clock
        // A person at a terminal reads the command's answer; a script's log wants the event as well.
        events = Terminal.errorIsTerminal ? nil : EventLog(program: "fcgi-authctl", level: settings.logLevel)
    }

    /// Read for each change anew: a prompt may have waited for its answer, and a revocation dated back
    /// by so long would be over before it began.
    var now: Timestamp { clock() }

    /// The store, which must be there: a mistyped path must not look like an installation without users.
    func store() throws -> Store {
        switch settings.store {
        case .sqlite(let path):
            guard access(path, F_OK) == 0 || errno != ENOENT else {
                throw Refusal("there is no store at \(path)", hint: "fcgi-authctl migrate creates it")
            }
        }
        // Takes turns with the programs at writing.
        return try Store(settings, sharing: SharedStore(settings))
    }

    /// The store, for a change that running programs must hear of. Checked before the change, so that
    /// it is not made and then reported as failed.
    func storeForRevoking() throws -> Store {
        guard hasRuntime || settings.access == .session else {
            throw Refusal("there is no directory \(settings.runtime)", hint: "start the programs, or create it")
        }
        return try store()
    }

    /// Whether there is a directory for the revocation journal. It goes with a reboot, and comes with
    /// the programs.
    var hasRuntime: Bool { access(settings.runtime, F_OK) == 0 || errno != ENOENT }

    /// The account of that name, or else of that id.
    func account(_ name: String, in store: Store) throws -> AccountRecord {
        if let username = try? username(name), let found = try store.accounts.find(username: username.canonical) {
            return found
        }
        if let id = AccountID(name), let found = try store.accounts.find(id: id) { return found }
        throw Refusal("no such user", hint: "fcgi-authctl user list shows them all")
    }

    /// The canonical form, by the site's choice of what names are.
    func username(_ text: String) throws(UsernameRefusal) -> Username {
        switch settings.usernameKind {
        case .any: try Username(any: text)
        case .email: try Username(email: text)
        }
    }

    func lookalikes() throws(Refusal) -> Lookalikes {
        do { return try Lookalikes() } catch { throw Refusal("\(error)") }
    }

    func record(
        _ event: Event, account: AccountID? = nil, session: SessionID? = nil,
        _ extra: KeyValuePairs<String, String> = [:]
    ) {
        events?.record(event, account: account, session: session, extra)
    }
}

extension Refusal {
    init(_ errors: SettingsErrors) {
        self.init(errors.messages.joined(separator: "\nfcgi-authctl: "))
    }
}
