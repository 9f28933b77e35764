/// Why a name or an address cannot be used. It never repeats the name.
public enum UsernameRefusal: Error, Equatable, Sendable, CaseIterable {
    /// Nothing was given.
    case empty
    /// More than 64 code points, or for an address a part longer than SMTP carries.
    case tooLong
    /// A space, a control, a symbol, an unassigned or an invisible character.
    case forbiddenCharacter
    /// A character that is only allowed beside certain others (RFC 5892 appendix A), or a
    /// combining mark with nothing to combine with.
    case misplacedCharacter
    /// Right-to-left and left-to-right characters mixed so that they could be displayed in a misleading order.
    case mixedDirection
    /// Letters or digits of scripts that are not written together, so that one could pass for another.
    case mixedScripts
    /// Not of the form `name@domain`.
    case notEmailAddress

    /// The reason as it appears in `errors[].code`.
    public var code: String {
        switch self {
        case .empty: "required"
        case .tooLong: "too_long"
        case .forbiddenCharacter: "forbidden_character"
        case .misplacedCharacter: "misplaced_character"
        case .mixedDirection: "mixed_direction"
        case .mixedScripts: "mixed_scripts"
        case .notEmailAddress: "not_email_address"
        }
    }

    /// The reason for a person, without a subject and without a full stop.
    public var detail: String {
        switch self {
        case .empty: "is required"
        case .tooLong: "is too long"
        case .forbiddenCharacter: "contains a character that is not allowed"
        case .misplacedCharacter: "contains a character that is not allowed in that place"
        case .mixedDirection: "mixes right-to-left and left-to-right characters"
        case .mixedScripts: "mixes letters or digits of different scripts"
        case .notEmailAddress: "is not an e-mail address"
        }
    }
}
