import Identity

/// What a journal says, in the form verification asks for: about 24 bytes a session.
struct RevocationSet {
    private var sessions: Set<SessionID> = []
    private var minimumEpochs: [AccountID: Int64] = [:]

    mutating func insert(_ revocation: Revocation) {
        switch revocation {
        case .session(let id, _): sessions.insert(id)
        case .account(let id, let epoch, _): minimumEpochs[id] = max(epoch, minimumEpochs[id] ?? 0)
        case .keysChanged: break
        }
    }

    func isRevoked(session: SessionID, account: AccountID, epoch: Int64) -> Bool {
        if sessions.contains(session) { return true }
        guard let minimum = minimumEpochs[account] else { return false }
        return epoch < minimum
    }
}
