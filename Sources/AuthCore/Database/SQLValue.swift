/// What a column or a parameter can hold. TEXT, BIGINT and SMALLINT are the only types of the
/// schema, so there are no blobs, no floating point and no dates.
public enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)

    /// NULL for nil.
    public static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }

    /// NULL for nil.
    public static func optional(_ integer: Int64?) -> SQLValue { integer.map(SQLValue.integer) ?? .null }

    /// SMALLINT 0 or 1: the two databases have no boolean in common.
    public static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
}
