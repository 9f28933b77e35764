/// What a program may read that is given one view of the store and nothing else.
public struct ReadGrant: Sendable {
    public let view: String
    /// The view's columns.
    public let columns: Set<String>
    /// The columns that the view itself is made of, by table: read on its behalf, never directly.
    public let behind: [String: Set<String>]

    public init(view: String, columns: Set<String>, behind: [String: Set<String>]) {
        self.view = view
        self.columns = columns
        self.behind = behind
    }

    /// - Parameter source: the view on whose behalf it is read; nil when the statement itself reads.
    public func allows(_ column: String, of table: String, for source: String?) -> Bool {
        switch source {
        case nil: table == view && columns.contains(column)
        case view: behind[table]?.contains(column) ?? false
        default: false
        }
    }
}
