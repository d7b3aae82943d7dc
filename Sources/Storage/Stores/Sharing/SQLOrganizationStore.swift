package import DataSharing
package import Foundation
package import SQLStatements
package import SharingHub
import Synchronization
import WireFormats

/// Organizations over SQL.
package struct SQLOrganizationStore: OrganizationStore {
    let database: any SQLDatabase
    private let parsed = ParsedDocuments<Organization>()

    package init(database: any SQLDatabase) { self.database = database }

    package func organization(_ id: OrganizationID) async throws -> Organization? {
        try await database.first("SELECT document FROM sharing_organizations WHERE id = $1", .text(id.text)) {
            try organization($0.text(0))
        }
    }

    package func organizations() async throws -> [Organization] {
        try await database.all(
            "SELECT document FROM sharing_organizations ORDER BY id LIMIT $1",
            .integer(Int64(Organizations.maximumCount))
        ) { try organization($0.text(0)) }
    }

    private func organization(_ document: String) throws -> Organization {
        if let known = parsed[document] { return known }
        let organization = try Organization(json: JSON(parsing: Array(document.utf8)))
        parsed[document] = organization
        return organization
    }

    package func insert(
        _ organization: Organization, pendingLimit limit: Int?, at instant: Date
    ) async throws -> Bool {
        let at = SQLValue.integer(instant.microseconds)
        return try await database.change(
            """
            INSERT INTO sharing_organizations (id, document, state, created_at, updated_at)
            SELECT $1, $2, $3, $4, $5
            WHERE (SELECT COUNT(*) FROM sharing_organizations WHERE state = 'pending') < $6
                AND (SELECT COUNT(*) FROM sharing_organizations) < $7
            ON CONFLICT (id) DO NOTHING
            """, .text(organization.id.text), .text(organization.json.description),
            .text(organization.state.rawValue), at, at,
            .integer(Int64(limit ?? Organizations.maximumCount)), .integer(Int64(Organizations.maximumCount))) == 1
    }

    package func replace(
        _ old: Organization, with organization: Organization, logging keys: [(thumbprint: [UInt8], value: LoggedValue)],
        at instant: Date
    ) async throws -> Bool {
        var statements = [
            SQLStatement(
                """
                UPDATE sharing_organizations SET document = $1, state = $2, updated_at = $3
                WHERE id = $4 AND document = $5
                """, .text(organization.json.description), .text(organization.state.rawValue),
                .integer(instant.microseconds), .text(organization.id.text), .text(old.json.description),
                expecting: .oneRow)
        ]
        for key in keys {
            let (place, pending) = key.value.pending(at: instant)
            statements.append(
                SQLStatement(
                    """
                    INSERT INTO sharing_organization_keys (organization, thumbprint, pending_id, entry, salt, logged_at)
                    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization, thumbprint) DO NOTHING
                    """, .text(organization.id.text), .bytes(key.thumbprint), .bytes(place.pendingID),
                    .bytes(place.entry), .bytes(place.salt), .integer(instant.microseconds), expecting: .oneRow))
            statements.append(pending)
        }
        return try await database.run(SQLScript(statements)).isDone
    }

    package func remove(_ id: OrganizationID) async throws -> Bool {
        let id = SQLValue.text(id.text)
        return try await database.run(
            .writing(
                SQLStatement("DELETE FROM sharing_organizations WHERE id = $1", id, expecting: .oneRow),
                SQLStatement("DELETE FROM sharing_organization_keys WHERE organization = $1", id),
                SQLStatement("DELETE FROM sharing_holdings WHERE organization = $1", id),
                SQLStatement("DELETE FROM sharing_subjects WHERE organization = $1", id),
                SQLStatement("DELETE FROM sharing_definitions WHERE market = $1", id))
        ).isDone
    }

    package func loggedKeys(of id: OrganizationID) async throws -> [LoggedKey] {
        try await database.all(
            """
            SELECT thumbprint, pending_id, entry, salt FROM sharing_organization_keys
            WHERE organization = $1 ORDER BY logged_at, thumbprint LIMIT 1000
            """, .text(id.text)
        ) { row in
            LoggedKey(
                thumbprint: row.bytes(0),
                place: LoggedPlace(pendingID: row.bytes(1), entry: row.bytes(2), salt: row.bytes(3)))
        }
    }
}

/// What was parsed before, by the text it was parsed from.
final class ParsedDocuments<Value: Sendable>: Sendable {
    private static var capacity: Int { 1024 }
    private let values = Mutex<[String: Value]>([:])

    subscript(text: String) -> Value? {
        get { values.withLock { $0[text] } }
        set {
            values.withLock { values in
                if values.count >= Self.capacity { values.removeAll() }
                values[text] = newValue
            }
        }
    }
}
