/// A row that a statement returned. Columns count from zero.
///
/// Reading a column as what it is not is a fault of the program: a number is zero then, a text or bytes are empty.
package struct SQLRow: Sendable, Hashable {
    package let columns: [SQLValue]

    package init(columns: [SQLValue]) { self.columns = columns }

    package func isNull(_ column: Int) -> Bool { columns[column] == .null }

    package func integer(_ column: Int) -> Int64 { optionalInteger(column) ?? 0 }

    package func optionalInteger(_ column: Int) -> Int64? {
        guard case .integer(let value) = columns[column] else { return nil }
        return value
    }

    package func text(_ column: Int) -> String { optionalText(column) ?? "" }

    package func optionalText(_ column: Int) -> String? {
        guard case .text(let value) = columns[column] else { return nil }
        return value
    }

    package func bytes(_ column: Int) -> [UInt8] { optionalBytes(column) ?? [] }

    package func optionalBytes(_ column: Int) -> [UInt8]? {
        guard case .bytes(let value) = columns[column] else { return nil }
        return value
    }
}

/// What one statement of a script gave.
package struct SQLResult: Sendable {
    /// The rows it returned.
    package let rows: [SQLRow]
    /// How many rows it inserted, updated or deleted.
    package let changed: Int

    package init(rows: [SQLRow], changed: Int) {
        self.rows = rows
        self.changed = changed
    }
}

/// How a script ended.
package enum SQLOutcome: Sendable {
    /// Everything is done and on the disk; one result for each statement.
    case done([SQLResult])
    /// The expectation of this statement did not hold, and nothing of the script is left.
    case refused(at: Int)
}
