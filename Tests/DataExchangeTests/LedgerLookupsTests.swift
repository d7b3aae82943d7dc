import Crypto
import DataSharing
import Foundation
import JOSE
import OAuth
import SQLStatements
import SharingHub
import Storage
import Testing
import TransparencyLog
import WireFormats

@testable import ServiceProvider

/// What a service provider believes of a real log: each test changes one thing.
@Suite("What a service provider believes of the ledger")
struct LedgerLookupsTests {
    private static let shop = OrganizationID("shop")!
    private static let hash = [UInt8](repeating: 9, count: 32)

    private func lookups(_ verifier: LedgerVerifier, _ world: LoggedWorld) -> LedgerLookups {
        LedgerLookups(trust: .log(verifier, origin: LoggedWorld.origin)) { index throws(ReceivedScopeRefusal) in
            guard let proof = try? await world.ledger.proof(UInt64(index)) else { throw .noLedgerReference }
            return proof
        }
    }

    private func digest(_ about: [UInt8] = Self.hash) throws -> LoggedValue {
        try LoggedValue(.digest, by: Self.shop, about: about, signature: [1, 2, 3])
    }

    private func verify(
        _ reference: LedgerReference, _ lookups: LedgerLookups
    ) async throws(ReceivedScopeRefusal) -> LedgerLookups.Finding {
        try await lookups.verify(
            reference, kind: .digest, by: "shop", commitsTo: Self.hash, signature: [1, 2, 3])
    }

    @Test("An entry is believed by its proof, the one that came or the one that is fetched")
    func right() async throws {
        let world = try await LoggedWorld()
        let reference = try await world.log(try digest())
        let lookups = lookups(try world.verifier(), world)
        let finding = try await verify(reference, lookups)
        #expect(finding.checkpointSize == 1 && finding.witnesses.count == 2 && finding.index == 0)
        _ = try await world.log(try digest([UInt8](repeating: 1, count: 32)))
        let fetched = LedgerReference(
            log: reference.log, index: reference.index, entry: reference.entry, salt: reference.salt)
        #expect(try await verify(fetched, lookups).checkpointSize == 2)
    }

    @Test("A forged proof, another index, and another log are refused")
    func forged() async throws {
        let world = try await LoggedWorld()
        _ = try await world.log(try digest([UInt8](repeating: 1, count: 32)))
        let reference = try await world.log(try digest())
        let lookups = lookups(try world.verifier(), world)
        func changed(log: String? = nil, index: Int64? = nil, proof: String? = nil) -> LedgerReference {
            LedgerReference(
                log: log ?? reference.log, index: index ?? reference.index, entry: reference.entry,
                salt: reference.salt, proof: proof ?? reference.proof)
        }
        var lines = try #require(reference.proof).split(separator: "\n", omittingEmptySubsequences: false)
        let hash = try #require(lines.indices.first { TreeHash(base64: lines[$0]) != nil })
        lines[hash] = Substring(TreeHash.leaf([7]).base64)
        await #expect(throws: ReceivedScopeRefusal.ledger(.notIncluded)) {
            try await verify(changed(proof: lines.joined(separator: "\n")), lookups)
        }
        await #expect(throws: ReceivedScopeRefusal.ledger(.otherIndex)) {
            try await verify(changed(index: 0), lookups)
        }
        await #expect(throws: ReceivedScopeRefusal.otherLog) {
            try await verify(changed(log: "other.example/sharing/ledger"), lookups)
        }
        // The proof of another entry of the same log.
        let other = String(decoding: try #require(try await world.ledger.proof(0)), as: UTF8.self)
        await #expect(throws: ReceivedScopeRefusal.ledger(.notIncluded)) {
            try await verify(changed(index: 0, proof: other), lookups)
        }
    }

    @Test("A wrong salt, an erased one, and an entry of something else are refused")
    func otherEntry() async throws {
        let world = try await LoggedWorld()
        let reference = try await world.log(try digest())
        let lookups = lookups(try world.verifier(), world)
        for salt in [[], [UInt8](repeating: 0, count: 32)] {
            await #expect(throws: ReceivedScopeRefusal.otherEntry) {
                try await verify(
                    LedgerReference(
                        log: reference.log, index: reference.index, entry: reference.entry, salt: salt,
                        proof: reference.proof), lookups)
            }
        }
        let others = [
            try digest([UInt8](repeating: 1, count: 32)),
            try LoggedValue(.digest, by: OrganizationID("other")!, about: Self.hash, signature: [1, 2, 3]),
            try LoggedValue(.erasure, by: Self.shop, about: Self.hash, signature: [1, 2, 3]),
            try LoggedValue(.digest, by: Self.shop, about: Self.hash, signature: [4]),
            try LoggedValue(.digest, by: Self.shop, about: Self.hash),
        ]
        for other in others {
            let logged = try await world.log(other)
            await #expect(throws: ReceivedScopeRefusal.otherEntry) { try await verify(logged, lookups) }
        }
    }

    @Test("What too few of the provider's witnesses have seen, or another log signed, is refused")
    func witnesses() async throws {
        let world = try await LoggedWorld()
        let reference = try await world.log(try digest())
        await #expect(
            throws: ReceivedScopeRefusal.ledger(.checkpoint(.tooFewWitnesses(have: 2, need: 3)))
        ) { try await verify(reference, lookups(try world.verifier(quorum: 3), world)) }
        let unknown = [world.witnesses[0].key, world.witnesses[2].key]
        await #expect(
            throws: ReceivedScopeRefusal.ledger(.checkpoint(.tooFewWitnesses(have: 1, need: 2)))
        ) { try await verify(reference, lookups(try world.verifier(keys: unknown), world)) }
        let other = try #require(
            NoteSigner(name: LoggedWorld.origin, type: .ed25519, privateKey: Curve25519.Signing.PrivateKey()))
        await #expect(throws: ReceivedScopeRefusal.ledger(.checkpoint(.notSignedByLog))) {
            try await verify(reference, lookups(try world.verifier(log: other.key), world))
        }
    }

    @Test("An organization's key is believed as the hub itself logs it, and no other is")
    func organizationKey() async throws {
        let world = try await LoggedWorld()
        let exchange = ExchangeWorld()
        let organizations = Organizations(
            store: SQLOrganizationStore(database: world.database), clients: NoClients(),
            ledger: SQLLedgerPlaces(ledger: world.ledger), now: { LoggedWorld.now })
        var jwk = exchange.marketKey.publicKey.jwk
        jwk["use"] = "sig"
        jwk["kid"] = "m1"
        let document: JSON = [
            "id": "shop", "roles": ["market"], "display": [["locale": "en", "name": "Shop"]],
            "jwks": ["keys": [.object(jwk)]], "market_uri": .string(ExchangeWorld.marketURI), "partners": "any",
        ]
        _ = try await organizations.add(document.encoded(), isOpen: false)
        _ = try await organizations.approve(Self.shop)
        try await world.publish()
        let keys = try MarketKeys(try await organizations.publishedKeys(of: Self.shop))
        let reference = try #require(keys.reference(of: "m1"))
        #expect(try LedgerEntry(parsing: reference.entry).kind == .key)
        let lookups = lookups(try world.verifier(), world)
        func verify(_ thumbprint: [UInt8], by: String = "shop") async throws(ReceivedScopeRefusal) {
            _ = try await lookups.verify(reference, kind: .key, by: by, commitsTo: thumbprint, signature: nil)
        }
        try await verify(exchange.marketKey.publicKey.thumbprint)
        await #expect(throws: ReceivedScopeRefusal.otherEntry) {
            try await verify(ExchangeWorld.key(70).publicKey.thumbprint)
        }
        await #expect(throws: ReceivedScopeRefusal.otherEntry) {
            try await verify(exchange.marketKey.publicKey.thumbprint, by: "other")
        }
    }

    private struct NoClients: OrganizationClients {
        func put(_ organization: Organization, at instant: Date) async throws {}
        func remove(_ id: OrganizationID, at instant: Date) async throws {}
        func isForeign(_ id: OrganizationID) async throws -> Bool { false }
    }
}
