import AuthorizationServer
package import OAuth
import SQLStatements

/// Identifiers that were presented and must not be again.
enum SingleUseTable {
    /// Spends all of them; or none, and then gives the kind of one that was spent before.
    static func spend(_ uses: [SingleUse], on connection: SQLiteConnection) throws -> SingleUse.Kind? {
        for (index, use) in uses.enumerated() {
            let spent = try connection.run(
                "INSERT INTO single_uses (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", .bytes(use.bytes))
            guard spent == 1 else {
                // Given back rather than rolled back: throwing would make every job of this commit run again.
                try giveBack(uses[..<index], on: connection)
                return use.kind
            }
        }
        return nil
    }

    static func isSpent(_ use: SingleUse, on connection: SQLiteConnection) throws -> Bool {
        try connection.first("SELECT 1 FROM single_uses WHERE id = $1", .bytes(use.bytes)) { _ in true } != nil
    }

    static func giveBack(_ uses: some Sequence<SingleUse>, on connection: SQLiteConnection) throws {
        for use in uses { try connection.run("DELETE FROM single_uses WHERE id = $1", .bytes(use.bytes)) }
    }
}

/// Single-use identifiers over SQL.
package struct SQLSingleUseStore: SingleUseStore {
    let database: SQLiteDatabase

    package init(database: SQLiteDatabase) {
        self.database = database
    }

    package func spend(_ uses: [SingleUse]) async throws -> Bool {
        guard !uses.isEmpty else { return true }
        return try await database.write { try SingleUseTable.spend(uses, on: $0) == nil }
    }
}
