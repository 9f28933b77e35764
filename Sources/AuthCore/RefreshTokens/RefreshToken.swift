public import Identity

/// Which session, and which of its refresh tokens in turn. Once decoded, known to have been made by us;
/// whether it is still good only the store can say.
public struct RefreshToken: Hashable, Sendable {
    public let session: SessionID
    /// Counts up with each rotation.
    public let generation: UInt32

    public init(session: SessionID, generation: UInt32) {
        self.session = session
        self.generation = generation
    }
}
