package import AuthorizationServer
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
import TransactionTimeline
import WireFormats

/// Authorization requests on their way, over SQL.
package struct SQLInteractionStore: InteractionStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let mark: PersonMark
    let recent: RecentRecords

    package init(
        database: any SQLDatabase, sealer: DataSealer, mark: PersonMark, recent: RecentRecords = RecentRecords()
    ) {
        self.recent = recent
        self.database = database
        self.sealer = sealer
        self.mark = mark
    }

    package func insert(_ interaction: Interaction, spending uses: [SingleUse]) async throws -> SingleUse.Kind? {
        let request = sealer.seal(interaction.request.encoded(), context: Self.requestContext(interaction.id))
        let progress = sealedProgress(of: interaction)
        let outcome = try await database.run(
            SQLScript(
                SingleUseTable.spending(uses) + [
                    SQLStatement(
                        """
                        INSERT INTO interactions (id, client_id, sealed_request, sealed_progress, version)
                        VALUES ($1, $2, $3, $4, 0)
                        """, .bytes(interaction.id.bytes), .text(interaction.clientID), .bytes(request),
                        SQLValue(progress))
                ]))
        if let replayed = outcome.refusedIndex { return uses[replayed].kind }
        recent.interactions.insert(interaction, interaction.id)
        return nil
    }

    package func interaction(_ id: TicketID, sinceVersion version: Int64?) async throws -> Interaction? {
        if let version, let known = recent.interactions[id], known.version >= version { return known }
        return try await database.first(
            """
            SELECT client_id, sealed_request, sealed_progress, version, finished_at FROM interactions WHERE id = $1
            """, .bytes(id.bytes)
        ) { row in
            let progress = try row.optionalBytes(2).map { sealed in
                InteractionProgress(
                    json: try JSON(parsing: sealer.open(sealed, context: Self.progressContext(id))))
            }
            return Interaction(
                id: id, clientID: row.text(0),
                request: try JSON(parsing: sealer.open(row.bytes(1), context: Self.requestContext(id))),
                progress: progress ?? InteractionProgress(), version: row.integer(3), isFinished: !row.isNull(4))
        }
    }

    package func update(_ interaction: Interaction, session: Session?, ending old: TicketID?) async throws -> Bool {
        let progress = sealedProgress(of: interaction)
        var script = SQLScript([
            SQLStatement(
                """
                UPDATE interactions SET sealed_progress = $1, version = version + 1
                WHERE id = $2 AND version = $3 AND finished_at IS NULL
                """, SQLValue(progress), .bytes(interaction.id.bytes), .integer(interaction.version),
                expecting: .oneRow)
        ])
        if let session {
            script.statements.append(
                SQLSessionStore.inserting(
                    session, detail: SQLSessionStore.seal(session, with: sealer), person: mark(session.person)))
            if let old { script.statements.append(SQLSessionStore.ending(old, at: session.lastSeenAt)) }
        }
        let isFirst = try await database.run(script).isDone
        if let old { recent.sessions.remove(old) }
        guard isFirst else {
            recent.interactions.remove(interaction.id)
            return false
        }
        if let session { recent.sessions.insert(session, session.id) }
        recent.interactions.insert(interaction.stored, interaction.id)
        return true
    }

    package func isSpent(_ use: SingleUse) async throws -> Bool {
        try await SingleUseTable.isSpent(use, in: database)
    }

    package func finish(_ id: TicketID, spending uses: [SingleUse] = [], at instant: Date) async throws -> Bool {
        recent.interactions.remove(id)
        return try await database.run(SQLScript(Self.finishing(id, spending: uses, at: instant))).isDone
    }

    package func finish(
        _ id: TicketID, giving grant: Grant, under consent: Consent, in session: TicketID? = nil,
        spending uses: [SingleUse] = [], with companion: (any GrantCompanion)? = nil, codeExpiresAt: Date,
        at instant: Date
    ) async throws -> Bool {
        let sealedGrant = grant.sealed(with: sealer)
        let sealedConsent = sealer.seal(consent.detail.encoded(), context: SQLConsentStore.context(consent.id))
        let person = mark(consent.person)
        recent.interactions.remove(id)
        // What is given after the session has ended would not end with it.
        var statements = session.map { [SQLSessionStore.requiringLive($0)] } ?? []
        statements += Self.finishing(id, spending: uses, at: instant)
        statements += [
            // A consent that is remembered from before is there already, and may have been withdrawn since it was looked
            // at. The change that is none keeps it from being withdrawn until the grant can be found.
            SQLStatement(
                """
                INSERT INTO consents (id, person, client_id, sealed_detail, given_at, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (id) DO UPDATE SET client_id = excluded.client_id WHERE consents.withdrawn_at IS NULL
                """, .bytes(consent.id.bytes), .bytes(person), .text(consent.clientID), .bytes(sealedConsent),
                .integer(consent.givenAt.microseconds), SQLValue(consent.expiresAt?.microseconds),
                expecting: .oneRow),
            SQLStatement(
                """
                INSERT INTO grants (id, client_id, consent_id, session_id, offer_id, sealed_detail, code_expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """, .bytes(grant.id.bytes), .text(grant.clientID), .bytes(consent.id.bytes),
                SQLValue(grant.session?.bytes), SQLValue(grant.transaction == grant.id ? nil : grant.transaction.bytes),
                .bytes(sealedGrant), .integer(codeExpiresAt.microseconds)),
            TimelineTable.appending(TimelineEvent(at: instant, step: .consent), to: grant.transaction),
        ]
        statements += companion?.statements ?? []
        let isFirst = try await database.run(SQLScript(statements)).isDone
        if isFirst { recent.grants.insert(grant, grant.id) } else if let session { recent.sessions.remove(session) }
        return isFirst
    }

    private static func finishing(
        _ id: TicketID, spending uses: [SingleUse], at instant: Date
    ) -> [SQLStatement] {
        SingleUseTable.spending(uses) + [
            SQLStatement(
                "UPDATE interactions SET finished_at = $1 WHERE id = $2 AND finished_at IS NULL",
                .integer(instant.microseconds), .bytes(id.bytes), expecting: .oneRow)
        ]
    }

    private func sealedProgress(of interaction: Interaction) -> [UInt8]? {
        guard interaction.progress != InteractionProgress() else { return nil }
        return sealer.seal(interaction.progress.json.encoded(), context: Self.progressContext(interaction.id))
    }

    private static func requestContext(_ id: TicketID) -> String { "authorization request " + id.text }
    private static func progressContext(_ id: TicketID) -> String { "interaction progress " + id.text }
}
