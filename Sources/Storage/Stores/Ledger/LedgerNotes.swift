package import Foundation
package import SQLStatements
package import TransparencyLog

/// The server's own entries, with what they are commitments to: anybody may know that.
package struct LedgerNotes: Sendable {
    let database: any SQLDatabase

    package init(database: any SQLDatabase) { self.database = database }

    package struct Note: Sendable {
        package let subject: String
        package let document: [UInt8]
        package let salt: [UInt8]
        /// Nil until it is in the log.
        package let index: UInt64?
    }

    /// Has a document logged once, by the name of what it is about.
    ///
    /// - Returns: false if it was already.
    package func log(_ kind: LedgerEntry.Kind, _ document: [UInt8], of subject: String, at instant: Date) async throws
        -> Bool
    {
        let (commitment, salt) = SaltedCommitment.make(to: document)
        let pending = PendingLedgerEntry(
            entry: try LedgerEntry(kind, by: LedgerEntry.hub, commitment: commitment))
        return try await database.run(
            .writing(
                SQLStatement(
                    """
                    INSERT INTO ledger_notes (subject, document, salt, pending_id) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (subject) DO NOTHING
                    """, .text(subject), .bytes(document), .bytes(salt), .bytes(pending.id.bytes), expecting: .oneRow),
                pending.statement(at: instant))
        ).isDone
    }

    package func subjects() async throws -> Set<String> {
        Set(try await database.all("SELECT subject FROM ledger_notes") { $0.text(0) })
    }

    /// The newest first.
    package func newest(_ limit: Int) async throws -> [Note] {
        try await database.all(
            """
            SELECT ledger_notes.subject, ledger_notes.document, ledger_notes.salt, ledger_entries.number
            FROM ledger_notes JOIN ledger_entries ON ledger_entries.pending_id = ledger_notes.pending_id
            ORDER BY ledger_entries.number DESC LIMIT $1
            """, .integer(Int64(limit))
        ) { row in
            Note(
                subject: row.text(0), document: row.bytes(1), salt: row.bytes(2),
                index: row.optionalInteger(3).map(UInt64.init))
        }
    }
}
