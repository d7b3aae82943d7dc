import AuthorizationServer
package import Foundation
package import OAuth
package import SQLStatements

/// Identifiers that were presented and must not be again.
enum SingleUseTable {
    /// Spends all of them, or the script that they stand in is refused.
    static func spending(_ uses: [SingleUse]) -> [SQLStatement] { inserting(uses, expecting: .oneRow) }

    /// Spends those that are not spent yet.
    static func noting(_ uses: [SingleUse]) -> [SQLStatement] { inserting(uses, expecting: .any) }

    private static func inserting(_ uses: [SingleUse], expecting expectation: SQLExpectation) -> [SQLStatement] {
        uses.map { use in
            SQLStatement(
                "INSERT INTO single_uses (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", .bytes(use.bytes),
                expecting: expectation)
        }
    }

    static func isSpent(_ use: SingleUse, in database: any SQLDatabase) async throws -> Bool {
        try await database.first("SELECT 1 FROM single_uses WHERE id = $1", .bytes(use.bytes)) { _ in true } != nil
    }
}

/// Single-use identifiers over SQL.
package struct SQLSingleUseStore: SingleUseStore {
    let database: any SQLDatabase

    package init(database: any SQLDatabase) {
        self.database = database
    }

    package func spend(_ uses: [SingleUse], for token: TicketID?, at instant: Date) async throws -> Bool {
        var statements = SingleUseTable.spending(uses)
        if let token {
            statements.append(
                SQLStatement(
                    "UPDATE access_tokens SET used_at = $1 WHERE id = $2 AND used_at IS NULL",
                    .integer(instant.microseconds), .bytes(token.bytes)))
        }
        return try await database.run(SQLScript(statements)).isDone
    }
}
