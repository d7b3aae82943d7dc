import AuthorizationServer
package import DataSharing
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
package import SharingHub
import WireFormats

/// Digests and deposits over SQL.
package struct SQLHoldingStore: HoldingReading {
    let database: any SQLDatabase
    let sealer: DataSealer
    let mark: PersonMark

    package init(database: any SQLDatabase, sealer: DataSealer, mark: PersonMark) {
        self.database = database
        self.sealer = sealer
        self.mark = mark
    }

    package func holdings(
        of person: String, scopes: [ScopeName], at instant: Date
    ) async throws -> [Holding] {
        let wanted = Set(scopes)
        return try await holdings(of: person).filter { holding in
            wanted.contains(holding.scope) && holding.expiresAt.map { $0 > instant } ?? true
        }
    }

    package func holdings(of person: String) async throws -> [Holding] {
        try await database.all(
            """
            SELECT id, scope, version, hash, sealed_detail, pending_id, entry, received_at, expires_at
            FROM sharing_holdings WHERE person = $1 ORDER BY scope LIMIT 10000
            """, .bytes(mark(person)), read: holding)
    }

    /// Deletes a deposit of a person, at their own wish; false if they have none by this identifier.
    package func eraseDeposit(_ id: TicketID, of person: String) async throws -> Bool {
        try await database.change(
            "DELETE FROM sharing_holdings WHERE id = $1 AND person = $2 AND held_by = 'person'", .bytes(id.bytes),
            .bytes(mark(person))) == 1
    }

    private func holding(_ row: SQLRow) throws -> Holding {
        guard let id = TicketID(bytes: row.bytes(0)), let scope = ScopeName(row.text(1)) else {
            throw DamagedState("holding")
        }
        let detail = try HoldingDetail(opening: row.bytes(4), of: id, with: sealer)
        let content: Holding.Content =
            switch detail.content {
            case .digest(let sdJWT): .digest(sdJWT: sdJWT, hash: row.bytes(3))
            case .deposit(let jwe, let signature, let keyID):
                .deposit(
                    Holding.Deposit(jwe: jwe, hash: row.bytes(3), shapeSignature: signature, keyID: keyID))
            }
        return Holding(
            id: id, scope: scope, version: Int(row.integer(2)), subject: detail.subject, shape: detail.shape,
            content: content,
            place: LoggedPlace(pendingID: row.bytes(5), entry: row.bytes(6), salt: detail.salt),
            receivedAt: Date(microseconds: row.integer(7)),
            expiresAt: row.optionalInteger(8).map(Date.init(microseconds:)))
    }
}
