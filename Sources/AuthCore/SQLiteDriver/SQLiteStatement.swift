import CSQLite
import Database

/// A prepared statement: owns its pointer and finalizes it. Between two uses it is reset and holds
/// no bound value.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let columns: [String]
    /// For each of SQLite's parameters, in its order, the index of the value to bind: SQLite takes
    /// `$1` for a name and counts parameters by first appearance.
    private let order: [Int]

    /// - Parameter handle: from `sqlite3_prepare_v3`, finalized here even when this returns nil.
    /// - Returns: nil when a parameter is not `$1` to `$999`.
    init?(takingOwnership handle: OpaquePointer) {
        var order: [Int] = []
        for index in 0..<sqlite3_bind_parameter_count(handle) {
            guard let name = sqlite3_bind_parameter_name(handle, index + 1).map({ String(cString: $0) }),
                name.first == "$", let number = Int(name.dropFirst()), 1...999 ~= number
            else {
                sqlite3_finalize(handle)
                return nil
            }
            order.append(number - 1)
        }
        self.handle = handle
        self.order = order
        columns = (0..<sqlite3_column_count(handle)).map { index in
            sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
        }
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs to the end and copies every row out, so that no read stays open behind the caller.
    func run(_ values: [SQLValue]) throws(StatementFailure) -> [Row] {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(values)
        var rows: [Row] = []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: rows.append(try row())
            case SQLITE_DONE: return rows
            case let code: throw .sqlite(SQLiteFailure(code: code))
            }
        }
    }

    private func bind(_ values: [SQLValue]) throws(StatementFailure) {
        for (position, number) in order.enumerated() {
            guard values.indices.contains(number) else { throw .value("no value for parameter \(number + 1)") }
            let code = bind(values[number], at: Int32(position + 1))
            guard code == SQLITE_OK else { throw .sqlite(SQLiteFailure(code: code)) }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let integer): return sqlite3_bind_int64(handle, index, integer)
        case .text(var text):
            // By length and copied (SQLITE_TRANSIENT): a zero byte is a byte, and nothing outlives the call.
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else {
                        return sqlite3_bind_text(handle, index, "", 0, nil)
                    }
                    return sqlite3_bind_text(handle, index, start, Int32(characters.count), Self.transient)
                }
            }
        }
    }

    private func row() throws(StatementFailure) -> Row {
        var values: [SQLValue] = []
        values.reserveCapacity(columns.count)
        for index in columns.indices {
            values.append(try value(at: Int32(index)))
        }
        return Row(columns: columns, values: values)
    }

    private func value(at index: Int32) throws(StatementFailure) -> SQLValue {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_NULL: return .null
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_TEXT:
            let bytes = UnsafeBufferPointer(
                start: sqlite3_column_text(handle, index), count: Int(sqlite3_column_bytes(handle, index)))
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .value("text is not UTF-8") }
            return .text(text)
        default: throw .value("a type the schema does not have")
        }
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// Why a statement did not run to its end.
enum StatementFailure: Error {
    case sqlite(SQLiteFailure)
    /// A parameter or a stored value is not what the schema promises; names no value.
    case value(String)
}
