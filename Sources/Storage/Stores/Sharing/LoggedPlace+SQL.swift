import Foundation
import SQLStatements
import SharingHub
import TransparencyLog

extension LoggedValue {
    /// The entry under a new pending identifier: what its script is to have, and what is to be kept.
    func pending(at instant: Date) -> (place: LoggedPlace, statement: SQLStatement) {
        let pending = PendingLedgerEntry(entry: entry)
        return (
            LoggedPlace(pendingID: pending.id.bytes, entry: entry.bytes, salt: salt), pending.statement(at: instant)
        )
    }
}
