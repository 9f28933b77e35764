internal import CICU
public import Usernames

/// What keeps two accounts from having names that look alike: ICU's spoof checker, as Unicode
/// Technical Standard #39 has it. Asked only where names are made. Whoever logs in is found by the
/// canonical form alone, so that newer data in ICU shut nobody out.
///
/// `@unchecked Sendable`: neither object is changed after `init`, and ICU's functions that take a
/// const one are thread-safe.
public final class Lookalikes: @unchecked Sendable {
    private let checker: OpaquePointer
    private let caseMap: OpaquePointer

    /// Longest skeleton, in bytes: an address of 254 bytes, each of whose letters becomes several.
    private static let maximumBytes = 8192

    /// Rounds of folding and mapping after which a skeleton is taken as it is. Two are the most that
    /// any name of a test needed; names that were brought together in one round stay so in the next.
    private static let maximumRounds = 5

    private static let checks =
        USPOOF_RESTRICTION_LEVEL.rawValue | USPOOF_INVISIBLE.rawValue | USPOOF_MIXED_NUMBERS.rawValue
        | USPOOF_HIDDEN_OVERLAY.rawValue

    /// Reads ICU's data, once for a program; all threads may share it.
    public init() throws(LookalikesUnavailable) {
        guard let checker = cicu_spoof_open(Int32(Self.checks), USPOOF_HIGHLY_RESTRICTIVE) else {
            throw LookalikesUnavailable()
        }
        guard let caseMap = cicu_case_open() else {
            cicu_spoof_close(checker)
            throw LookalikesUnavailable()
        }
        self.checker = checker
        self.caseMap = caseMap
    }

    deinit {
        cicu_spoof_close(checker)
        cicu_case_close(caseMap)
    }

    /// The skeleton of a name for a new account, which no other account may have.
    /// - Throws: why the name could be taken for another one.
    public func admit(_ name: Username) throws(UsernameRefusal) -> String {
        for part in name.parts { try check(part) }
        guard let skeleton = skeleton(of: name.canonical) else { throw .misplacedCharacter }
        return skeleton
    }

    /// What all names that look like this one have in common (section 4). It is compared and never
    /// shown: `paypa1`, `paypal` and `раураl` have the same.
    /// - Parameter canonical: a user name in its canonical form.
    /// - Returns: nil when there is nothing to see in the name but dots.
    public func skeleton(of canonical: String) -> String? {
        var text = canonical
        for _ in 0..<Self.maximumRounds {
            // A capital among the skeleton's prototypes, as O is of 0, must meet the small letter.
            guard let folded = map(text, { cicu_case_fold(caseMap, $0, $1, $2, $3) }),
                let mapped = map(Self.plain(folded), { cicu_spoof_skeleton(checker, $0, $1, $2, $3) })
            else { return nil }
            if mapped.utf8.elementsEqual(text.utf8) { break }
            text = mapped
        }
        // A dot at the end of a name reads as the end of the sentence.
        let visible = text.unicodeScalars.drop { $0 == "." }.reversed().drop { $0 == "." }.reversed()
        return visible.isEmpty ? nil : String(String.UnicodeScalarView(visible))
    }

    /// One script, or one of the mixtures that people write in: Latin with Han and Japanese, Chinese
    /// or Korean letters (section 5.2, highly restrictive); one set of digits; no mark twice.
    private func check(_ part: String) throws(UsernameRefusal) {
        let text = Array(part.utf8CString)
        let failed = cicu_spoof_check(checker, text, Int32(text.count - 1))
        guard failed >= 0 else { throw .forbiddenCharacter }
        let failures = UInt32(failed)
        if failures & (USPOOF_RESTRICTION_LEVEL.rawValue | USPOOF_MIXED_NUMBERS.rawValue) != 0 { throw .mixedScripts }
        if failures & (USPOOF_INVISIBLE.rawValue | USPOOF_HIDDEN_OVERLAY.rawValue) != 0 { throw .misplacedCharacter }
    }

    private typealias Mapping = (UnsafePointer<CChar>, Int32, UnsafeMutablePointer<CChar>, Int32) -> Int32

    private func map(_ text: String, _ mapping: Mapping) -> String? {
        let bytes = Array(text.utf8CString)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.maximumBytes) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let written = mapping(bytes, Int32(bytes.count - 1), start, Int32(buffer.count))
            guard written >= 0 else { return nil }
            return String(validating: buffer.prefix(Int(written)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}

/// ICU could not be set up: its data are missing, or memory is.
public struct LookalikesUnavailable: Error, CustomStringConvertible {
    public var description: String { "ICU's data on look-alike characters could not be read" }
}
