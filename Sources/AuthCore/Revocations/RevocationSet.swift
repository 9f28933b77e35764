import Identity

/// What a journal says, in the form verification asks for.
struct RevocationSet {
    private var sessions: SessionTable
    private var minimumEpochs: [AccountID: Int64] = [:]

    /// - Parameter expected: about how many revocations will come.
    init(expecting expected: Int = 0) {
        sessions = SessionTable(expecting: expected)
    }

    mutating func insert(_ revocation: Revocation) {
        switch revocation {
        case .session(let id, _): sessions.insert(id.bits)
        case .account(let id, let epoch, _): minimumEpochs[id] = max(epoch, minimumEpochs[id] ?? 0)
        case .keysChanged: break
        }
    }

    func isRevoked(session: SessionID, account: AccountID, epoch: Int64) -> Bool {
        if sessions.contains(session.bits) { return true }
        guard let minimum = minimumEpochs[account] else { return false }
        return epoch < minimum
    }
}

/// A set of ids of sessions, between 23 and 46 bytes each.
///
/// The places go by the ids themselves: 62 bits of each were drawn at random when the session began, so
/// nobody chooses them, and hashing them again would take most of the time that a long journal takes to read.
private struct SessionTable {
    /// A place that is zero is free; the id of that value is counted apart.
    private static let free = IDBits(high: 0, low: 0)

    private var places: [IDBits]
    private var count = 0
    private var holdsFree = false

    init(expecting expected: Int) {
        var size = 64
        while size * 7 < expected * 10 { size *= 2 }
        places = [IDBits](repeating: Self.free, count: size)
    }

    func contains(_ id: IDBits) -> Bool {
        if id == Self.free { return holdsFree }
        return places[place(of: id)] == id
    }

    mutating func insert(_ id: IDBits) {
        if id == Self.free { holdsFree = true }
        let place = place(of: id)
        guard places[place] == Self.free, id != Self.free else { return }
        places[place] = id
        count += 1
        if count * 10 > places.count * 7 { grow() }
    }

    /// Where it is, or where it belongs: never more than seven places in ten are taken.
    private func place(of id: IDBits) -> Int {
        var place = Int(truncatingIfNeeded: id.low) & (places.count - 1)
        while places[place] != Self.free, places[place] != id { place = (place + 1) & (places.count - 1) }
        return place
    }

    private mutating func grow() {
        let old = places
        places = [IDBits](repeating: Self.free, count: old.count * 2)
        for id in old where id != Self.free { places[place(of: id)] = id }
    }
}
