import Settings

/// What a program can be told on its command line. Everything else is configuration.
struct Arguments: Equatable {
    enum Request: Equatable {
        case serve(Arguments)
        case help
        case version
    }

    /// `--config FILE`: must exist when it is named.
    var configuration: String?
    /// `--socket PATH`: bind here instead of serving an inherited socket.
    var socket: String?

    /// Reads the words after the program's name; the error is a sentence for the admin.
    static func parse(_ words: some Sequence<String>) -> Result<Request, UsageError> {
        var arguments = Arguments()
        var words = words.makeIterator()
        while let word = words.next() {
            switch word {
            case "--help", "-h": return .success(.help)
            case "--version": return .success(.version)
            case "--config", "--socket":
                guard let value = words.next(), !value.isEmpty else { return .failure(.missingValue(word)) }
                if word == "--config" { arguments.configuration = value } else { arguments.socket = value }
            default: return .failure(.unknown)
            }
        }
        return .success(.serve(arguments))
    }

    static func help(_ program: String) -> String {
        """
        usage: \(program) [--config FILE] [--socket PATH]

        Serves FastCGI on the listening socket at descriptor 0, on the one that systemd
        passes (LISTEN_FDS), on PATH (mode 0660) with --socket, or answers one CGI request.

          --config FILE  read this configuration (default \(Settings.defaultFile))
          --socket PATH  bind a Unix socket here
          --version      print the version
          --help         print this

        """
    }
}

enum UsageError: Error, Equatable {
    case missingValue(String)
    case unknown

    var message: String {
        switch self {
        case .missingValue(let option): "\(option) needs a value"
        case .unknown: "unknown argument (try --help)"
        }
    }
}
