/// How much of the file a connection keeps in memory, at most. A commit of another connection makes it
/// worthless, so only one that writes much itself gains by a large one.
public struct SQLiteCache: Sendable {
    let kibibytes: Int

    /// A few pages, for one of many connections.
    public static let few = SQLiteCache(kibibytes: 512)
    /// For the connection that a program writes through.
    public static let many = SQLiteCache(kibibytes: 8192)
}
