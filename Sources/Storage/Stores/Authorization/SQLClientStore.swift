package import AuthorizationServer
package import Foundation
package import OAuth
package import SQLStatements
import Synchronization
import WireFormats

/// Registered clients over SQL.
package struct SQLClientStore: ClientStore {
    let database: any SQLDatabase
    private let parsed = ParsedClients()

    package init(database: any SQLDatabase) {
        self.database = database
    }

    package func client(_ id: String) async throws -> RegisteredClient? {
        // Strangers name clients, and PostgreSQL takes no text with a NUL.
        guard !id.utf8.contains(0) else { return nil }
        // The version is asked for each time: another process may have changed the client.
        let version = try await database.first("SELECT updated_at FROM clients WHERE id = $1", .text(id)) {
            $0.integer(0)
        }
        guard let version else { return nil }
        if let known = parsed.client(id, version: version) { return known }
        let found = try await database.first(
            "SELECT id, document, secret_hash, created_at, updated_at FROM clients WHERE id = $1", .text(id),
            read: { ($0.integer(4), try client($0)) })
        if let found { parsed.insert(found.1, version: found.0) }
        return found?.1
    }

    package func insert(_ client: RegisteredClient, registration: TicketID?) async throws -> Bool {
        let document = client.document.description
        return try await database.change(
            """
            INSERT INTO clients (id, document, secret_hash, registration_id, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING
            """, .text(client.id), .text(document), SQLValue(client.secretHash), SQLValue(registration?.bytes),
            .integer(client.createdAt.microseconds), .integer(client.createdAt.microseconds)) == 1
    }

    package func replace(_ client: RegisteredClient) async throws {
        let document = client.document.description
        try await database.change(
            "UPDATE clients SET document = $1, secret_hash = $2, updated_at = updated_at + 1 WHERE id = $3",
            .text(document), SQLValue(client.secretHash), .text(client.id))
    }

    package func remove(_ id: String, at instant: Date) async throws -> Bool {
        let at = SQLValue.integer(instant.microseconds)
        return try await database.run(
            .writing(
                SQLStatement("DELETE FROM clients WHERE id = $1", .text(id), expecting: .oneRow),
                SQLStatement(
                    "UPDATE grants SET revoked_at = $1 WHERE client_id = $2 AND revoked_at IS NULL", at, .text(id)),
                SQLStatement(
                    "UPDATE access_tokens SET revoked_at = $1 WHERE client_id = $2 AND revoked_at IS NULL", at,
                    .text(id)))
        ).isDone
    }

    package func clients(after: String?, limit: Int) async throws -> [RegisteredClient] {
        try await database.all(
            """
            SELECT id, document, secret_hash, created_at FROM clients WHERE id > $1 ORDER BY id LIMIT $2
            """, .text(after ?? ""), .integer(Int64(limit)), read: client)
    }

    package func registration(of id: String) async throws -> TicketID? {
        try await database.first("SELECT registration_id FROM clients WHERE id = $1", .text(id)) { row in
            row.optionalBytes(0).flatMap { TicketID(bytes: $0) }
        } ?? nil
    }

    package func useInitialToken(_ id: TicketID, at instant: Date) async throws -> Bool {
        try await database.change(
            """
            UPDATE initial_access_tokens SET uses_left = uses_left - 1
            WHERE id = $1 AND uses_left > 0 AND expires_at > $2
            """, .bytes(id.bytes), .integer(instant.microseconds)) == 1
    }

    package func insertInitialToken(_ id: TicketID, uses: Int, expiresAt: Date) async throws {
        try await database.change(
            "INSERT INTO initial_access_tokens (id, uses_left, expires_at) VALUES ($1, $2, $3)",
            .bytes(id.bytes), .integer(Int64(uses)), .integer(expiresAt.microseconds))
    }

    private func client(_ row: SQLRow) throws -> RegisteredClient {
        guard let document = try JSON(parsing: Array(row.text(1).utf8)).object else {
            throw DamagedState("client")
        }
        return RegisteredClient(
            id: row.text(0), metadata: try ClientMetadata(json: document), secretHash: row.optionalBytes(2),
            isVerified: document["vouchsafe_verified"]?.bool ?? false,
            leastACR: document["vouchsafe_acr"]?.string, resource: document["vouchsafe_resource"]?.string,
            fixedSector: document["vouchsafe_sector"]?.string,
            createdAt: Date(microseconds: row.integer(3)))
    }
}

extension RegisteredClient {
    /// The metadata, with what only the operator says.
    fileprivate var document: JSON {
        var document = metadata.json
        if isVerified { document["vouchsafe_verified"] = true }
        document["vouchsafe_acr"] = leastACR.map(JSON.string)
        document["vouchsafe_resource"] = resource.map(JSON.string)
        document["vouchsafe_sector"] = fixedSector.map(JSON.string)
        return .object(document)
    }
}

/// Clients that were parsed before, by the version of their row.
private final class ParsedClients: Sendable {
    private static let capacity = 2048
    private let clients = Mutex<[String: (version: Int64, client: RegisteredClient)]>([:])

    func client(_ id: String, version: Int64) -> RegisteredClient? {
        clients.withLock { clients in
            guard let known = clients[id], known.version == version else { return nil }
            return known.client
        }
    }

    func insert(_ client: RegisteredClient, version: Int64) {
        clients.withLock { clients in
            if clients.count >= Self.capacity { clients.removeAll() }
            clients[client.id] = (version, client)
        }
    }
}
