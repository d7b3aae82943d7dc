package import DataMarket
package import DataSharing
import PostgreSQL
import SQLStatements
import WireFormats

/// A market's data in its own database: what its own SELECT gives, with columns named as in a file. Never written.
package struct SQLMarketData: MarketData {
    /// Rows of one statement, at most.
    package static let rowLimit = 100_000

    private let database: String
    private let query: String
    private let definition: ScopeDefinition
    private let limit: Int

    /// - Parameter database: the path of a SQLite file, or a URL as `postgresql://…`.
    package init(database: String, query: String, definition: ScopeDefinition, limit: Int = Self.rowLimit) {
        (self.database, self.query, self.definition, self.limit) = (database, query, definition, limit)
    }

    package func rows() async throws -> [MarketRow] {
        let rows = try await ServerURL.isMeant(by: database) ? rowsOfServer() : rowsOfFile()
        guard rows.count <= limit else { throw MarketDataFault("more than \(limit) rows: divide them") }
        return rows
    }

    private func rowsOfFile() throws -> [MarketRow] {
        do {
            let database = try ForeignDatabase(path: database)
            let columns = try MarketColumns(
                try database.columns(of: query, named: "query"), of: definition, at: nil)
            var number = 0
            return try database.rows(of: query, named: "query", parameters: [], limit: limit + 1) { row in
                number += 1
                let fields = row.columns.indices.map { row.bytes($0) }
                return try Self.row(fields, columns, number)
            }
        } catch let fault as SQLSourceFault {
            throw MarketDataFault(fault.description)
        }
    }

    private func rowsOfServer() async throws -> [MarketRow] {
        do {
            let answer = try await ForeignPostgreSQL(url: database).rows(of: query, limit: limit + 1)
            let columns = try MarketColumns(answer.columns, of: definition, at: nil)
            return try answer.rows.enumerated().map { try Self.row($1, columns, $0 + 1) }
        } catch let failure as DatabaseFailure {
            throw MarketDataFault(failure.description)
        }
    }

    private static func row(_ fields: [[UInt8]?], _ columns: MarketColumns, _ number: Int) throws -> MarketRow {
        let texts = try fields.map { field -> String? in
            guard let field else { return nil }
            guard let text = String(strictUTF8: field[...]) else {
                throw MarketDataFault("row \(number): it is not UTF-8")
            }
            return text
        }
        return try columns.row(texts, at: .row(number))
    }
}
