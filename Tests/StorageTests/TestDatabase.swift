import AuthorizationServer
import CredentialIssuer
import Foundation
import KeyStore
import Logging
import OAuth
import RegistryRecords
import SQLStatements
import TestDatabases
import TransactionTimeline

@testable import Storage

/// A database file of its own for a test, with the stores over it, as often opened as the test wants.
final class TestDatabase: Sendable {
    /// 2026-11-20T00:00:00Z.
    static let now = Date(timeIntervalSince1970: 1_795_132_800)
    static let soon = now.addingTimeInterval(300)

    private let folder: TestFolder
    let location: DatabaseLocation
    let sealer: DataSealer
    /// Two that know nothing of each other but what is stored: as two processes would be.
    let database: any SQLDatabase
    let otherProcess: any SQLDatabase

    init() async throws {
        folder = try TestFolder()
        location = try TestStore.fresh(in: folder.url)
        database = try await location.open(at: Self.now, logger: .silent)
        otherProcess = try await location.open(at: Self.now, logger: .silent)
        sealer = try await KeyRing.open(
            records: SQLKeyRecords(database: database),
            sealedBy: KeyEncryptionKey(base64: Data(repeating: 7, count: 32).base64EncodedString()),
            issuer: IssuerIdentity(url: "https://issuer.example.org", organizationName: "Example"), now: Self.now
        ).dataSealer
    }

    deinit {
        // Closing is asynchronous where the database is a server.
        let databases = [database, otherProcess]
        Task { for database in databases { await database.close() } }
    }

    /// A third, opened later.
    func reopen(at instant: Date = TestDatabase.now) async throws -> any SQLDatabase {
        try await location.open(at: instant, logger: .silent)
    }

    var offers: SQLOfferStore { SQLOfferStore(database: database, sealer: sealer) }
    var people: SQLPersonStore { SQLPersonStore(database: database, sealer: sealer) { Self.now } }
    var issuance: SQLIssuanceStore { issuance(over: database) }
    var grants: SQLPreAuthorizedGrantStore { SQLPreAuthorizedGrantStore(database: database) }

    func issuance(over database: any SQLDatabase) -> SQLIssuanceStore {
        SQLIssuanceStore(database: database, sealer: sealer)
    }

    /// Makes and stores an offer.
    func insertOffer(
        claims: String? = nil, txCodeMAC: [UInt8]? = nil, at instant: Date = TestDatabase.now
    ) async throws -> TicketID {
        let id = TicketID(at: instant)
        try await offers.insert(
            StoredOffer(
                id: id, credentialConfigurationIDs: ["card"],
                subject: claims.map { .pushed(claims: Array($0.utf8)) } ?? .registry(id: "p-1"), txCodeMAC: txCodeMAC,
                createdAt: instant, expiresAt: instant.addingTimeInterval(600)))
        return id
    }

    /// Makes an offer and redeems it.
    func insertRedeemedOffer(claims: String? = nil, at instant: Date = TestDatabase.now) async throws -> TicketID {
        let id = try await insertOffer(claims: claims, at: instant)
        _ = try await grants.redeem(Self.redemption(of: id, at: instant)).get()
        return id
    }

    static func redemption(
        of offer: TicketID, txCodeMAC: [UInt8]? = nil, at instant: Date = TestDatabase.now
    ) -> PreAuthorizedRedemption {
        PreAuthorizedRedemption(
            offer: offer, txCodeMAC: txCodeMAC, tokenExpiresAt: instant.addingTimeInterval(300), at: instant,
            earlierEvents: [])
    }

    static func issuance(
        under offer: TicketID, origin: AccessGrant.Origin = .offer, nonces: [TicketID],
        at instant: Date = TestDatabase.now
    ) -> Issuance {
        let grant = AccessGrant(
            transaction: offer, origin: origin, credentialConfigurationIDs: ["card"], subject: .registry(id: "p-1"),
            expiresAt: instant.addingTimeInterval(300))
        return Issuance(grant: grant, nonces: nonces, event: TimelineEvent(at: instant, step: .credential))
    }

    /// Everything that is stored, as it is stored: the database's files, or what is in every row of a server's tables.
    func storedBytes() async throws -> Data {
        switch location {
        case .file(let path):
            return try ["", "-wal"].filter { FileManager.default.fileExists(atPath: path + $0) }.reduce(Data()) {
                try $0 + Data(contentsOf: URL(filePath: path + $1))
            }
        case .server:
            let reader = try await reopen()
            var bytes = Data()
            for table in CopiedTable.all {
                let rows = try await reader.query(
                    SQLStatement(table.select, parameters: table.first + [.integer(10_000)]))
                if !rows.isEmpty { bytes += Data(table.name.utf8) }
                for case let value in rows.flatMap(\.columns) {
                    switch value {
                    case .text(let text): bytes += Data(text.utf8)
                    case .bytes(let blob): bytes += Data(blob)
                    case .integer, .null: break
                    }
                }
            }
            await reader.close()
            return bytes
        }
    }

    /// How many rows a statement counts.
    func count(_ sql: SQL) async throws -> Int64 {
        try await database.first(sql) { $0.integer(0) } ?? 0
    }
}

extension Result {
    var isSuccess: Bool { if case .success = self { true } else { false } }
    var refusal: Failure? { if case .failure(let refusal) = self { refusal } else { nil } }
}
