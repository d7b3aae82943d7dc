package import CredentialIssuer
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
package import TransactionTimeline

/// Offers over SQL. Claims that were pushed with an offer are sealed.
package struct SQLOfferStore: OfferStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let recent: RecentRecords

    package init(database: any SQLDatabase, sealer: DataSealer, recent: RecentRecords = RecentRecords()) {
        self.database = database
        self.sealer = sealer
        self.recent = recent
    }

    package func insert(_ offer: StoredOffer) async throws {
        let (subject, claims): (String?, [UInt8]?) =
            switch offer.subject {
            case .registry(let id)?: (id, nil)
            case nil: (nil, nil)
            case .pushed(let claims)?: (nil, sealer.seal(claims, context: Self.context(of: offer.id)))
            }
        try await database.change(
            """
            INSERT INTO offers (id, configuration_ids, subject_id, sealed_claims, tx_code_mac, failed_tries,
                created_at, expires_at, grant_type)
            VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)
            """, .bytes(offer.id.bytes), .text(offer.credentialConfigurationIDs.joined(separator: " ")),
            SQLValue(subject), SQLValue(claims), SQLValue(offer.txCodeMAC),
            .integer(offer.createdAt.microseconds), .integer(offer.expiresAt.microseconds),
            SQLValue(offer.grant == .preAuthorizedCode ? nil : offer.grant.rawValue))
    }

    package func offer(_ id: TicketID) async throws -> StoredOffer? {
        try await database.first(
            """
            SELECT id, configuration_ids, subject_id, sealed_claims, tx_code_mac, failed_tries, created_at,
                expires_at, redeemed_at, cancelled_at, grant_type
            FROM offers WHERE id = $1
            """, .bytes(id.bytes), read: stored)
    }

    package func offers(before: TicketID?, limit: Int) async throws -> [StoredOffer] {
        let bound = before?.bytes ?? [UInt8](repeating: 0xFF, count: TicketID.length)
        return try await database.all(
            """
            SELECT id, configuration_ids, subject_id, NULL, tx_code_mac, failed_tries, created_at,
                expires_at, redeemed_at, cancelled_at, grant_type
            FROM offers WHERE id < $1 ORDER BY id DESC LIMIT $2
            """, .bytes(bound), .integer(Int64(limit)), read: stored)
    }

    package func cancel(_ id: TicketID, at instant: Date) async throws -> Bool {
        recent.accessGrants.remove(id)
        return try await database.run(
            .writing(
                SQLStatement(
                    """
                    UPDATE offers SET cancelled_at = $1, sealed_claims = NULL WHERE id = $2 AND cancelled_at IS NULL
                    """, .integer(instant.microseconds), .bytes(id.bytes), expecting: .oneRow),
                // What people who logged in for it were given goes with it.
                SQLStatement(
                    "UPDATE grants SET revoked_at = $1 WHERE offer_id = $2 AND revoked_at IS NULL",
                    .integer(instant.microseconds), .bytes(id.bytes)))
        ).isDone
    }

    package func timeline(of id: TicketID) async throws -> [TimelineEvent] {
        try await TimelineTable.events(of: id, in: database)
    }

    package func append(_ event: TimelineEvent, to id: TicketID) async throws {
        try await database.write(TimelineTable.appendingIfRoom(event, to: id))
    }

    static func context(of id: TicketID) -> String { "offer claims " + id.text }

    /// Nobody, of an offer that is for whoever logs in.
    private func subject(_ row: SQLRow, of id: TicketID) throws -> AccessGrant.Subject? {
        if !row.isNull(10), row.isNull(2) { return nil }
        return try AccessGrant.Subject(
            registryID: row.optionalText(2), sealedClaims: row.optionalBytes(3), of: id, sealer: sealer)
    }

    private func stored(_ row: SQLRow) throws -> StoredOffer {
        guard let id = TicketID(bytes: row.bytes(0)) else {
            throw DatabaseFailure(.other, message: "an offer has a malformed id")
        }
        return StoredOffer(
            id: id, credentialConfigurationIDs: row.text(1).split(separator: " ").map(String.init),
            subject: try subject(row, of: id),
            grant: row.optionalText(10).flatMap(OfferGrant.init) ?? .preAuthorizedCode,
            txCodeMAC: row.optionalBytes(4), createdAt: Date(microseconds: row.integer(6)),
            expiresAt: Date(microseconds: row.integer(7)),
            progress: StoredOffer.Progress(
                failedTries: Int(row.integer(5)), redeemedAt: row.optionalInteger(8).map(Date.init(microseconds:)),
                cancelledAt: row.optionalInteger(9).map(Date.init(microseconds:))))
    }
}

extension AccessGrant.Subject {
    init(registryID: String?, sealedClaims: [UInt8]?, of offer: TicketID, sealer: DataSealer) throws {
        if let registryID {
            self = .registry(id: registryID)
        } else {
            self = .pushed(
                claims: try sealedClaims.map { try sealer.open($0, context: SQLOfferStore.context(of: offer)) } ?? [])
        }
    }
}
