import AuthorizationServer
package import DataSharing
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
package import SharingHub
import WireFormats

/// Pushes over SQL.
package struct SQLPushStore: PushStore {
    /// How long the answer to a push is given again.
    package static let memory = Duration.seconds(86_400)

    let database: any SQLDatabase
    let sealer: DataSealer

    package init(database: any SQLDatabase, sealer: DataSealer) {
        self.database = database
        self.sealer = sealer
    }

    package func push(_ id: [UInt8]) async throws -> EarlierPush? {
        try await database.first(
            "SELECT body_hash, sealed_results FROM sharing_pushes WHERE id = $1", .bytes(id)
        ) { row in
            let json = try JSON(parsing: sealer.open(row.bytes(1), context: Self.context(id)))
            return EarlierPush(bodyHash: row.bytes(0), results: try Self.results(json))
        }
    }

    package func people(
        of subjects: [String], at market: OrganizationID
    ) async throws -> [String: LinkedPerson] {
        var people: [String: LinkedPerson] = [:]
        for start in stride(from: 0, to: subjects.count, by: Self.subjectsPerRead) {
            let part = Array(subjects[start..<min(subjects.count, start + Self.subjectsPerRead)])
            for row in try await database.query(Self.selectPeople(part, at: market)) {
                people[row.text(0)] = LinkedPerson(mark: row.bytes(1))
            }
        }
        return people
    }

    private static let subjectsPerRead = 50

    private static func selectPeople(_ subjects: [String], at market: OrganizationID) -> SQLStatement {
        if subjects.count == 1 {
            return SQLStatement(
                "SELECT subject, person FROM sharing_subjects WHERE organization = $1 AND subject = $2",
                .text(market.text), .text(subjects[0]))
        }
        // Places that are left are filled with a subject that nobody has.
        let empty = [SQLValue](repeating: .text(""), count: subjectsPerRead - subjects.count)
        return SQLStatement(
            """
            SELECT subject, person FROM sharing_subjects WHERE organization = $1 AND subject IN (
                $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43,
                $44, $45, $46, $47, $48, $49, $50, $51)
            """, parameters: [.text(market.text)] + subjects.map(SQLValue.text) + empty)
    }

    package func store(_ push: NewPush) async throws -> [LoggedPlace]? {
        var places: [LoggedPlace] = []
        var rows: [(order: [UInt8], statement: SQLStatement)] = []
        var pending: [SQLStatement] = []
        for holding in push.holdings {
            let (place, statement) = holding.logged.pending(at: push.at)
            places.append(place)
            pending.append(statement)
            rows.append((holding.person.mark + holding.scope.text.utf8, inserting(holding, of: push, at: place)))
        }
        // Two pushes that meet take the rows in the same order, so that neither waits for the other in a circle.
        rows.sort { $0.order.lexicographicallyPrecedes($1.order) }
        let results = Self.json(of: push.holdings)
        let first = SQLStatement(
            """
            INSERT INTO sharing_pushes (id, body_hash, sealed_results, at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO NOTHING
            """, .bytes(push.idempotency.id), .bytes(push.idempotency.bodyHash),
            .bytes(sealer.seal(results.encoded(), context: Self.context(push.idempotency.id))),
            .integer(push.at.microseconds), expecting: .oneRow)
        let script = SQLScript([first] + rows.map(\.statement) + pending, isIdempotent: true)
        return try await database.run(script).isDone ? places : nil
    }

    private func inserting(_ holding: NewHolding, of push: NewPush, at place: LoggedPlace) -> SQLStatement {
        let (heldBy, hash): (ScopeDefinition.Holder, [UInt8]) =
            switch holding.content {
            case .digest(_, let hash): (.market, hash)
            case .deposit(let deposit): (.person, deposit.hash)
            }
        return SQLStatement(
            """
            INSERT INTO sharing_holdings (
                person, scope, id, organization, version, held_by, hash, sealed_detail, pending_id, entry, received_at,
                expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (person, scope) DO UPDATE SET id = excluded.id, organization = excluded.organization,
                version = excluded.version, held_by = excluded.held_by, hash = excluded.hash,
                sealed_detail = excluded.sealed_detail, pending_id = excluded.pending_id, entry = excluded.entry,
                received_at = excluded.received_at, expires_at = excluded.expires_at
            """, .bytes(holding.person.mark), .text(holding.scope.text), .bytes(holding.id.bytes),
            .text(push.market.text), .integer(Int64(holding.version)), .text(heldBy.rawValue), .bytes(hash),
            .bytes(HoldingDetail(of: holding).sealed(with: sealer, for: holding.id)), .bytes(place.pendingID),
            .bytes(place.entry), .integer(push.at.microseconds), SQLValue(holding.expiresAt?.microseconds))
    }

    package func places(of ids: [TicketID]) async throws -> [TicketID: LoggedPlace] {
        var places: [TicketID: LoggedPlace] = [:]
        for id in ids {
            places[id] = try await database.first(
                "SELECT sealed_detail, pending_id, entry FROM sharing_holdings WHERE id = $1", .bytes(id.bytes)
            ) { row in
                let detail = try HoldingDetail(opening: row.bytes(0), of: id, with: sealer)
                return LoggedPlace(pendingID: row.bytes(1), entry: row.bytes(2), salt: detail.salt)
            }
        }
        return places
    }

    package func erase(
        _ id: TicketID, heldBy: ScopeDefinition.Holder, of market: OrganizationID
    ) async throws -> Bool {
        try await database.change(
            "DELETE FROM sharing_holdings WHERE id = $1 AND organization = $2 AND held_by = $3", .bytes(id.bytes),
            .text(market.text), .text(heldBy.rawValue)) == 1
    }

    /// Deletes idempotency keys that are a day old; gives how many.
    package func sweep(at instant: Date) async throws -> Int {
        let bound = instant.addingTimeInterval(-Self.memory.inSeconds - SQLRetention.grace.inSeconds)
        return try await database.changeInBatches(
            "DELETE FROM sharing_pushes WHERE id IN (SELECT id FROM sharing_pushes WHERE at < $1 ORDER BY at LIMIT $2)",
            .integer(bound.microseconds))
    }

    private static func context(_ id: [UInt8]) -> String { "push " + Base64URL.encode(id) }

    private static func json(of holdings: [NewHolding]) -> JSON {
        .array(
            holdings.map {
                [
                    "id": .string($0.id.text), "subject": .string($0.subject), "scope": .string($0.scope.text),
                    "version": .integer(Int64($0.version)),
                ]
            })
    }

    private static func results(_ json: JSON) throws -> [EarlierPush.Result] {
        try (json.array ?? []).map { element in
            guard let id = element["id"]?.string.flatMap({ TicketID(text: $0) }),
                let subject = element["subject"]?.string,
                let scope = element["scope"]?.string.flatMap({ ScopeName($0) }),
                let version = element["version"]?.integer
            else { throw DamagedState("push") }
            return EarlierPush.Result(id: id, subject: subject, scope: scope, version: Int(version))
        }
    }
}
