package import Foundation
import JOSE
package import SQLStatements
package import TransparencyLog

/// An entry that is to be in the ledger, by a name that whoever wants it there has chosen.
package struct PendingLedgerEntry: Sendable, Hashable {
    /// Names an entry before it has an index. Known to the server only.
    package struct ID: Sendable, Hashable {
        package static let byteCount = 16
        package let bytes: [UInt8]

        /// - Returns: nil unless there are 16 bytes.
        package init?(bytes: [UInt8]) {
            guard bytes.count == Self.byteCount else { return nil }
            self.bytes = bytes
        }

        private init(random: Void) { bytes = secureRandomBytes(Self.byteCount) }

        package static func random() -> ID { ID(random: ()) }
    }

    package let id: ID
    package let entry: LedgerEntry

    package init(id: ID = .random(), entry: LedgerEntry) {
        (self.id, self.entry) = (id, entry)
    }

    /// Hands the entry over to the ledger, in one script with the rows that it is about: then either all of it is there or
    /// nothing. The script may be run again; the entry is in the ledger once.
    package func statement(at instant: Date) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO ledger_pending (id, at, entry)
            SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM ledger_entries WHERE pending_id = $4)
            ON CONFLICT (id) DO NOTHING
            """, .bytes(id.bytes), .integer(instant.microseconds), .bytes(entry.bytes), .bytes(id.bytes))
    }
}
