/// Why a new password is refused. It never holds the password.
public enum PasswordRefusal: Error, Equatable, Sendable {
    /// Fewer code points than `minimum`.
    case tooShort(minimum: Int)
    /// More code points than `maximum`.
    case tooLong(maximum: Int)
    /// Not text in UTF-8.
    case notUTF8
    /// Among those that guessers try first.
    case tooCommon
    /// The account's name, its address or the site's name, and hardly more.
    case tooSimilar
    /// Guessed in a million tries, for what it is made of; the longest part first.
    case tooWeak([PasswordPattern])

    /// The reason as it appears in `errors[].code`.
    public var code: String {
        switch self {
        case .tooShort: "too_short"
        case .tooLong: "too_long"
        case .notUTF8: "not_utf8"
        case .tooCommon: "too_common"
        case .tooSimilar: "too_similar"
        case .tooWeak: "too_weak"
        }
    }

    /// The reason for a person and what to do about it, without a subject and without a full stop.
    public var detail: String {
        switch self {
        case .tooShort(let minimum): "must have at least \(minimum) characters"
        case .tooLong(let maximum): "must have at most \(maximum) characters"
        case .notUTF8: "is not valid UTF-8"
        case .tooCommon: "is one of the passwords that most people use; \(Self.advice)"
        case .tooSimilar: "is hardly more than your name, your address or the name of this site; \(Self.advice)"
        case .tooWeak(let patterns):
            if patterns.isEmpty {
                "is too easy to guess; \(Self.advice)"
            } else {
                "is too easy to guess: it is made of \(Self.list(patterns)); \(Self.advice)"
            }
        }
    }

    private static let advice = "add two or three words that have nothing to do with each other"

    /// Patterns that are named; a person needs no more to understand.
    private static let namedPatterns = 2

    private static func list(_ patterns: [PasswordPattern]) -> String {
        patterns.prefix(namedPatterns).map(\.description).joined(separator: " and ")
    }
}

/// What guessers try before single characters.
public enum PasswordPattern: Sendable, CaseIterable {
    case commonWord
    /// A word with digits or signs for some of its letters.
    case disguisedWord
    /// Of the account or the site.
    case name
    /// The same character or group of characters, several times.
    case repetition
    case sequence
    case keyboardRow
    case date
}

extension PasswordPattern: CustomStringConvertible {
    /// As it stands after "made of".
    public var description: String {
        switch self {
        case .commonWord: "a common word"
        case .disguisedWord: "a common word with signs for letters"
        case .name: "a name of yours or of this site"
        case .repetition: "a part that is repeated"
        case .sequence: "characters in their usual order"
        case .keyboardRow: "neighbouring keys"
        case .date: "a date"
        }
    }
}
