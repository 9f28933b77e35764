import Database
import Testing

@Suite("Row")
struct RowTests {
    private let row = Row(
        columns: ["name", "count", "nothing", "flag"], values: [.text("n"), .integer(7), .null, .integer(1)])

    @Test("a column of the type asked for is its value")
    func rightType() throws {
        #expect(try row.text("name") == "n")
        #expect(try row.integer("count") == 7)
        #expect(try row.optionalText("nothing") == nil)
        #expect(try row.optionalInteger("nothing") == nil)
        #expect(try row.optionalInteger("count") == 7)
        #expect(try row.flag("flag"))
    }

    @Test("a column of another type, or none of that name, is an error that names no value")
    func wrongType() {
        #expect(throws: StoreError.unexpected("column count is not text")) { try row.text("count") }
        #expect(throws: StoreError.unexpected("column name is not an integer")) { try row.integer("name") }
        #expect(throws: StoreError.unexpected("column nothing is not text")) { try row.text("nothing") }
        #expect(throws: StoreError.unexpected("column count is not text")) { try row.optionalText("count") }
        #expect(throws: StoreError.unexpected("column count is not 0 or 1")) { try row.flag("count") }
        #expect(throws: StoreError.unexpected("no column other")) { try row.text("other") }
    }
}
