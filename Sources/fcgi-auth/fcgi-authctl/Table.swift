/// Columns of text for a person: as wide as their widest cell, the last one ragged.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) {
        self.headings = headings
    }

    mutating func add(_ cells: String...) {
        rows.append(cells.map { $0.isEmpty ? "-" : Terminal.safe($0) })
    }

    /// One line per row under the headings, or nothing but `empty` where there is no row.
    func text(ifEmpty empty: String) -> String {
        guard !rows.isEmpty else { return empty + "\n" }
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([headings] + rows).map { line($0, widths) }.joined()
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            line += cell
            guard column < cells.count - 1 else { break }
            line += String(repeating: " ", count: widths[column] - cell.count + 2)
        }
        return line + "\n"
    }
}
