import AuthorizationServer
import CredentialIssuer
import Foundation
import KeyStore
import OAuth
import RegistryRecords
import SQLStatements
import Storage
import TransactionTimeline

/// A database file of its own for a test, with the stores over it, as often opened as the test wants.
final class TestDatabase: Sendable {
    /// 2026-11-20T00:00:00Z.
    static let now = Date(timeIntervalSince1970: 1_795_132_800)
    static let soon = now.addingTimeInterval(300)

    private let folder: TestFolder
    let file: URL
    let sealer: DataSealer
    /// Two that know nothing of each other but the file: as two processes would be.
    let database: SQLiteDatabase
    let otherProcess: SQLiteDatabase

    init() async throws {
        folder = try TestFolder()
        file = folder.url.appending(path: "test.db")
        database = try SQLiteDatabase(path: file.path, at: Self.now)
        otherProcess = try SQLiteDatabase(path: file.path, at: Self.now)
        sealer = try await KeyRing.open(
            records: SQLKeyRecords(database: database),
            sealedBy: KeyEncryptionKey(base64: Data(repeating: 7, count: 32).base64EncodedString()),
            issuer: IssuerIdentity(url: "https://issuer.example.org", organizationName: "Example"), now: Self.now
        ).dataSealer
    }

    deinit {
        database.close()
        otherProcess.close()
    }

    var offers: SQLOfferStore { SQLOfferStore(database: database, sealer: sealer) }
    var people: SQLPersonStore { SQLPersonStore(database: database, sealer: sealer) { Self.now } }
    var issuance: SQLIssuanceStore { issuance(over: database) }
    var grants: SQLPreAuthorizedGrantStore { SQLPreAuthorizedGrantStore(database: database) }

    func issuance(over database: SQLiteDatabase) -> SQLIssuanceStore {
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
        try await grants.redeem(Self.redemption(of: id, at: instant)).get()
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

    /// How many rows a statement counts.
    func count(_ sql: SQL) throws -> Int64? {
        try database.read { connection in try connection.first(sql) { $0.integer(0) } }
    }
}

extension Result where Success == Void {
    var isSuccess: Bool { if case .success = self { true } else { false } }
}
