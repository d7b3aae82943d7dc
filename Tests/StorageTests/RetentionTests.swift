import CredentialIssuer
import Foundation
import OAuth
import SQLStatements
import Testing

@testable import Storage

/// Deleting what is no longer needed.
@Suite struct RetentionTests {
    private static let claims = #"{"given_name":"A"}"#

    @Test("Nonces go when nobody could spend them any more, and not before")
    func sweepsNonces() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertRedeemedOffer()
        let nonce = TicketID(at: TestDatabase.now)
        let issuance = TestDatabase.issuance(under: offer, nonces: [nonce])
        #expect(try await test.issuance.record(issuance).isSuccess)
        let retention = SQLRetention(database: test.database, nonceLifetime: .seconds(120))
        // Lifetime and grace to the second.
        #expect(try await retention.sweep(at: TestDatabase.now.addingTimeInterval(420)) == .init())
        #expect(try await test.issuance.record(issuance).refusal == .nonceSpent)
        #expect(try await retention.sweep(at: TestDatabase.now.addingTimeInterval(420.01)) == .init(nonces: 1))
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == 0)
    }

    @Test("However many there are, all go, in writes of bounded size")
    func sweepsInBatches() async throws {
        let test = try await TestDatabase()
        let count = SQLRetention.batchSize * 2 + 1
        try await test.database.write(
            (0..<count).map { _ in
                SQLStatement("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes(TicketID(at: TestDatabase.now).bytes))
            })
        let retention = SQLRetention(database: test.database, nonceLifetime: .seconds(120))
        let later = TestDatabase.now.addingTimeInterval(3600)
        #expect(try await retention.sweep(at: later) == .init(nonces: count))
        #expect(try await retention.sweep(at: later) == .init())
    }

    @Test("Pushed claims go when their offer has expired, or its access; the offer itself stays")
    func sweepsClaims() async throws {
        let test = try await TestDatabase()
        let unused = try await test.insertOffer(claims: Self.claims)
        let used = try await test.insertRedeemedOffer(claims: Self.claims)
        let fresh = try await test.insertOffer(
            claims: Self.claims, at: TestDatabase.now.addingTimeInterval(3000))
        let retention = SQLRetention(database: test.database, nonceLifetime: .seconds(120))
        #expect(try await retention.sweep(at: TestDatabase.now.addingTimeInterval(899)) == .init())
        #expect(try await claimsLeft(test) == [fresh, unused, used])
        #expect(try await retention.sweep(at: TestDatabase.now.addingTimeInterval(3600)) == .init(claims: 2))
        #expect(try await claimsLeft(test) == [fresh])
        for id in [unused, used] { #expect(try await test.offers.offer(id)?.subject == .pushed(claims: [])) }
    }

    @Test("An offer redeemed at the last moment keeps its claims as long as its access lives")
    func keepsClaimsInUse() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer(claims: Self.claims)
        let last = TestDatabase.now.addingTimeInterval(599)
        _ = try await test.grants.redeem(TestDatabase.redemption(of: offer, at: last)).get()
        let retention = SQLRetention(database: test.database, nonceLifetime: .seconds(120))
        #expect(try await retention.sweep(at: last.addingTimeInterval(599)) == .init())
        #expect(try await retention.sweep(at: last.addingTimeInterval(600)) == .init(claims: 1))
    }

    @Test("Cancelling deletes pushed claims at once")
    func cancellationDeletesClaims() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer(claims: Self.claims)
        #expect(try await test.offers.cancel(offer, at: TestDatabase.now))
        #expect(try await claimsLeft(test) == [])
    }

    private func claimsLeft(_ test: TestDatabase) async throws -> Set<TicketID> {
        let ids = try await test.database.all("SELECT id FROM offers WHERE sealed_claims IS NOT NULL") { row in
            TicketID(bytes: row.bytes(0))
        }
        return Set(ids.compactMap { $0 })
    }
}
