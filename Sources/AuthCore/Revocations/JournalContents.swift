import Identity

/// Everything a journal says and until when, for those who write it. A later record of the same
/// thing extends the earlier one.
struct JournalContents {
    private enum Entry: Hashable {
        case session(SessionID)
        case account(AccountID, minimumEpoch: Int64)
        case keysChanged
    }

    private var ends: [Entry: Timestamp] = [:]
    /// What is looked for; nil for everything.
    private let sought: Set<Entry>?
    /// Of the records read, doubles included.
    private(set) var recordCount = 0

    init() { sought = nil }

    /// Takes in only what is about the same things as `revocations`: finding a few in a long
    /// journal costs no copy of it.
    init(about revocations: [Revocation]) { sought = Set(revocations.map(Self.entry)) }

    mutating func insert(_ revocation: Revocation) {
        recordCount += 1
        let entry = Self.entry(for: revocation)
        if let sought, !sought.contains(entry) { return }
        ends[entry] = max(revocation.until, ends[entry] ?? revocation.until)
    }

    /// Whether `revocation` is said already, for at least as long.
    func covers(_ revocation: Revocation) -> Bool {
        guard let end = ends[Self.entry(for: revocation)] else { return false }
        return end >= revocation.until
    }

    func live(at now: Timestamp) -> [Revocation] {
        ends.compactMap { entry, until in
            guard until > now else { return nil }
            return switch entry {
            case .session(let id): .session(id, until: until)
            case .account(let id, let epoch): .account(id, minimumEpoch: epoch, until: until)
            case .keysChanged: .keysChanged(until: until)
            }
        }
    }

    private static func entry(for revocation: Revocation) -> Entry {
        switch revocation {
        case .session(let id, _): .session(id)
        case .account(let id, let epoch, _): .account(id, minimumEpoch: epoch)
        case .keysChanged: .keysChanged
        }
    }
}
