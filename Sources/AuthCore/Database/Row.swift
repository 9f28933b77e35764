/// One row of an answer, copied out of the database. Access is by column name and by type: a
/// column that is absent or of another type is `StoreError.unexpected`, which names the column
/// and never its value.
public struct Row: Sendable {
    private let columns: [String]
    private let values: [SQLValue]

    /// For drivers: `columns` and `values` in the order of the answer, of equal count.
    public init(columns: [String], values: [SQLValue]) {
        precondition(columns.count == values.count)
        self.columns = columns
        self.values = values
    }

    /// The column's value, whatever its type.
    public func value(_ column: String) throws(StoreError) -> SQLValue {
        guard let index = columns.firstIndex(of: column) else { throw .unexpected("no column \(column)") }
        return values[index]
    }

    public func text(_ column: String) throws(StoreError) -> String {
        guard case .text(let text) = try value(column) else { throw .unexpected("column \(column) is not text") }
        return text
    }

    /// nil for NULL.
    public func optionalText(_ column: String) throws(StoreError) -> String? {
        try value(column) == .null ? nil : text(column)
    }

    public func integer(_ column: String) throws(StoreError) -> Int64 {
        guard case .integer(let integer) = try value(column) else {
            throw .unexpected("column \(column) is not an integer")
        }
        return integer
    }

    /// nil for NULL.
    public func optionalInteger(_ column: String) throws(StoreError) -> Int64? {
        try value(column) == .null ? nil : integer(column)
    }

    /// 0 or 1, nothing else.
    public func flag(_ column: String) throws(StoreError) -> Bool {
        switch try integer(column) {
        case 0: return false
        case 1: return true
        default: throw .unexpected("column \(column) is not 0 or 1")
        }
    }
}
