import CredentialFormats
import DataSharing
import Foundation
import HubClient
import JOSE
import OAuth
import ServiceProvider
import Testing
import TransparencyLog
import WireFormats

/// What a service provider believes: each test changes one thing of what it gets.
@Suite("What a service provider checks of what it gets")
struct ProviderChecksTests {
    private let world = ExchangeWorld()

    /// Everything that the hub gives, and what it is held against.
    struct Delivery {
        var issued: IssuedScopeValues
        var request: String
        var approval: String
        var release: Release
        var releaseKey: PrivateKey
        var recipient: PublicEncryptionKey
        var reference: LedgerReference
        var keys: JSON
    }

    private func delivery(_ values: JSONObject = ExchangeWorld.values) throws -> Delivery {
        let issued = try world.issued(values)
        let request = try world.requestObject()
        let approval = try world.approval(issued, request)
        return Delivery(
            issued: issued, request: request, approval: approval,
            release: try release(issued, ["tier", "points"], request, approval), releaseKey: world.marketKey,
            recipient: world.providerEncryption, reference: try reference(to: issued), keys: try marketKeys())
    }

    private func release(
        _ issued: IssuedScopeValues, _ names: [String], _ request: String, _ approval: String,
        audience: String = "bank", issuedAt: Int64 = ExchangeWorld.now - 3
    ) throws -> Release {
        Release(
            issuer: ExchangeWorld.marketURI, audience: audience, scope: "shop:loyalty", version: 2,
            requestHash: MessageHash(of: request), approvalHash: MessageHash(of: approval),
            values: .presentation(try #require(issued.presenting(names))), issuedAt: issuedAt)
    }

    private func reference(to issued: IssuedScopeValues, by: String = "shop") throws -> LedgerReference {
        let (commitment, salt) = SaltedCommitment.make(to: issued.digestHash.bytes)
        let signature = try UnverifiedJWS(parsing: issued.issuerSigned).signatureBytes
        let entry = try LedgerEntry(.digest, by: by, commitment: commitment, signature: signature)
        return LedgerReference(log: "hub.example/sharing/ledger", index: 17, entry: entry.bytes, salt: salt)
    }

    private func marketKeys(_ key: PrivateKey? = nil, isLogged: Bool = true) throws -> JSON {
        let key = key ?? world.marketKey
        var jwk = key.publicKey.jwk
        jwk["use"] = "sig"
        jwk["kid"] = "m1"
        let (commitment, salt) = SaltedCommitment.make(to: key.publicKey.thumbprint)
        let entry = try LedgerEntry(.key, by: "shop", commitment: commitment)
        if isLogged {
            jwk["ledger"] =
                LedgerReference(log: "hub.example/sharing/ledger", index: 3, entry: entry.bytes, salt: salt).json
        }
        return ["keys": [.object(jwk)]]
    }

    private func verify(
        _ delivery: Delivery, order: SharingOrder? = nil, heldBy: ScopeDefinition.Holder = .market
    ) async throws(ReceivedScopeRefusal) -> SharedScopeReport {
        let (definition, keys) = (world.definition.json, delivery.keys)
        let identity = ProviderIdentity(
            client: OrganizationIdentity(clientID: "bank", signer: world.providerKey, keyID: "p1"),
            decryptionKey: .p256(ExchangeWorld.agreementKey(6)), encryptionKey: world.providerEncryption)
        let checks = ReceivedScopeChecks(
            identity: identity, hub: ExchangeWorld.hub,
            lookups: LedgerLookups(trust: .unverified) { _ throws(ReceivedScopeRefusal) in throw .noLedgerReference },
            now: { Date(timeIntervalSince1970: Double(ExchangeWorld.now)) },
            document: { path, _ throws(HubFailure) in path.contains("/organizations/") ? keys : definition })
        let jwe: String
        do {
            jwe = try ReleaseMaker(signer: delivery.releaseKey, keyID: "m1").make(
                delivery.release, to: delivery.recipient)
        } catch {
            throw .noContent
        }
        return try await checks.verify(
            "shop:loyalty",
            EncryptedScope(
                version: 2, heldBy: heldBy, from: "shop", marketURI: ExchangeWorld.marketURI, content: .jwe(jwe),
                approval: delivery.approval, ledger: delivery.reference),
            subject: "sub-at-bank", requestHash: MessageHash(of: delivery.request),
            order: order
                ?? SharingOrder([
                    .init(
                        ScopeName("shop:loyalty")!,
                        claims: .some([.init("tier", isEssential: true), .init("points")]),
                        purpose: "To offer you more")
                ]))
    }

    @Test("What is right is believed, and says what it rests on")
    func right() async throws {
        let delivery = try delivery()
        let report = try await verify(delivery)
        #expect(report.values == ["tier": "gold", "points": 1200])
        #expect(report.json["relied_on"]?["digest_hash"] == .string(delivery.issued.digestHash.text))
        #expect(report.json["relied_on"]?["ledger"]?["index"] == 17)
        #expect(report.until == ExchangeWorld.now + 86_400)
    }

    @Test("Another person's data, signed by the market, is not the digest that was agreed to")
    func otherPerson() async throws {
        var delivery = try delivery()
        let other = try world.issued(["tier": "bronze", "points": 1])
        delivery.release = try release(other, ["tier", "points"], delivery.request, delivery.approval)
        await #expect(throws: ReceivedScopeRefusal.otherDigest) { try await verify(delivery) }
    }

    @Test("A changed value has no digest")
    func changedValue() async throws {
        var delivery = try delivery()
        let forged = Base64URL.encode(
            JSON.array([.string(Base64URL.encode([UInt8](repeating: 1, count: 16))), "tier", "silver"]).encoded())
        let points = try #require(delivery.issued.disclosures.first { $0.name == "points" })
        let changed = IssuedScopeValues(
            issuerSigned: delivery.issued.issuerSigned, disclosures: [.init(name: "tier", encoded: forged), points])
        delivery.release = try release(changed, ["tier", "points"], delivery.request, delivery.approval)
        await #expect(throws: ReceivedScopeRefusal.values(.sdJWT(.unreferencedDisclosure))) {
            try await verify(delivery)
        }
    }

    @Test(
        "A claim more, or one less, than the person agreed to is refused",
        arguments: [["tier"], ["tier", "points", "address"]])
    func otherClaims(names: [String]) async throws {
        var delivery = try delivery()
        delivery.release = try release(delivery.issued, names, delivery.request, delivery.approval)
        await #expect(throws: ReceivedScopeRefusal.otherClaims) { try await verify(delivery) }
    }

    @Test("A release for another client, request, approval or time is refused")
    func otherRelease() async throws {
        let right = try delivery()
        func expect(_ refusal: ReleaseRefusal, _ release: Release, key: PrivateKey? = nil) async {
            var delivery = right
            delivery.release = release
            if let key { delivery.releaseKey = key }
            await #expect(throws: ReceivedScopeRefusal.release(refusal)) { try await verify(delivery) }
        }
        let names = ["tier", "points"]
        await expect(
            .wrongAudience, try release(right.issued, names, right.request, right.approval, audience: "casino"))
        await expect(.wrongRequest, try release(right.issued, names, "another", right.approval))
        await expect(.wrongApproval, try release(right.issued, names, right.request, "another"))
        await expect(
            .expired,
            try release(right.issued, names, right.request, right.approval, issuedAt: ExchangeWorld.now - 600))
        await expect(
            .fromTheFuture,
            try release(right.issued, names, right.request, right.approval, issuedAt: ExchangeWorld.now + 31))
        await expect(.jwt(.jws(.invalidSignature)), right.release, key: ExchangeWorld.key(77))
    }

    @Test("Values sealed to another key, and an approval for another key, are refused")
    func keySwap() async throws {
        var delivery = try delivery()
        delivery.recipient = ExchangeWorld.encryptionKey(60)
        await #expect(throws: ReceivedScopeRefusal.sealed(.wrongKey)) { try await verify(delivery) }
        delivery = try self.delivery()
        delivery.approval = try world.approval(delivery.issued, delivery.request) {
            $0["encryption_jkt"] = .string(ExchangeWorld.encryptionKey(60).thumbprint)
        }
        await #expect(throws: ReceivedScopeRefusal.approval(.wrongEncryptionKey)) { try await verify(delivery) }
    }

    @Test("A market's key, and a digest, that the ledger does not have are refused")
    func ledger() async throws {
        var delivery = try delivery()
        delivery.keys = try marketKeys(isLogged: false)
        await #expect(throws: ReceivedScopeRefusal.marketKeyNotLogged) { try await verify(delivery) }
        delivery = try self.delivery()
        delivery.reference = try reference(to: try world.issued())
        await #expect(throws: ReceivedScopeRefusal.otherEntry) { try await verify(delivery) }
        delivery = try self.delivery()
        delivery.reference = try reference(to: delivery.issued, by: "other")
        await #expect(throws: ReceivedScopeRefusal.otherEntry) { try await verify(delivery) }
    }

    @Test("Nothing counts that was not asked for")
    func notAsked() async throws {
        let delivery = try delivery()
        let other = SharingOrder([.init(ScopeName("shop:health")!)])
        await #expect(throws: ReceivedScopeRefusal.notRequested) { try await verify(delivery, order: other) }
        let fewer = SharingOrder([
            .init(ScopeName("shop:loyalty")!, claims: .some([.init("tier")]), purpose: "To offer you more")
        ])
        await #expect(throws: ReceivedScopeRefusal.approvalExceedsRequest) { try await verify(delivery, order: fewer) }
    }

    @Test("Values that the definition does not allow are refused though the market signed them")
    func invalidValues() async throws {
        let delivery = try delivery(["tier": "platinum", "points": 1])
        await #expect(
            throws: ReceivedScopeRefusal.invalidValues([
                "claims.tier: not one of the values that the definition has"
            ])
        ) { try await verify(delivery) }
    }
}

/// Case 1: the person gives what a market has deposited.
@Suite("What a service provider checks of what people keep")
struct PersonReleaseTests {
    private let world = ExchangeWorld()

    private var definition: ScopeDefinition {
        var json = world.definition.json.object ?? [:]
        json["held_by"] = "person"
        return try! ScopeDefinition(json: .object(json))
    }

    /// A release by `signer` of values that are bound to `holder`.
    private func verify(
        signedBy signer: PrivateKey, boundTo holder: PrivateKey, statements: [String] = [],
        approvedBy approver: PrivateKey? = nil
    ) async throws -> SharedScopeReport {
        let issued = try world.issued(personKeyID: Base64URL.encode(holder.publicKey.thumbprint))
        let request = try world.requestObject()
        let jweHash = MessageHash(of: "the deposit")
        let approval = try world.approval(
            issued, request,
            {
                $0["sub"] = "sub-at-bank"
                $0["aud"] = [.string(ExchangeWorld.hub)]
                $0["digest"] = ["jwe_hash": .string(jweHash.text)]
            }, by: approver ?? signer)
        let release = Release(
            issuer: Base64URL.encode(signer.publicKey.thumbprint), audience: "bank", scope: "shop:loyalty", version: 2,
            requestHash: MessageHash(of: request), approvalHash: MessageHash(of: approval),
            values: .presentation(try #require(issued.presenting(["tier", "points"]))), statements: statements,
            issuedAt: ExchangeWorld.now)
        let jwe = try ReleaseMaker(person: signer).make(release, to: world.providerEncryption)
        let (commitment, salt) = SaltedCommitment.make(to: jweHash.bytes)
        let entry = try LedgerEntry(.digest, by: "shop", commitment: commitment)
        var jwk = world.marketKey.publicKey.jwk
        jwk["use"] = "sig"
        jwk["kid"] = "m1"
        let (keyCommitment, keySalt) = SaltedCommitment.make(to: world.marketKey.publicKey.thumbprint)
        let keyEntry = try LedgerEntry(.key, by: "shop", commitment: keyCommitment)
        jwk["ledger"] = LedgerReference(log: "l", index: 1, entry: keyEntry.bytes, salt: keySalt).json
        let (definition, keys): (JSON, JSON) = (definition.json, ["keys": [.object(jwk)]])
        let checks = ReceivedScopeChecks(
            identity: ProviderIdentity(
                client: OrganizationIdentity(clientID: "bank", signer: world.providerKey, keyID: "p1"),
                decryptionKey: .p256(ExchangeWorld.agreementKey(6)), encryptionKey: world.providerEncryption),
            hub: ExchangeWorld.hub,
            lookups: LedgerLookups(trust: .unverified) { _ throws(ReceivedScopeRefusal) in throw .noLedgerReference },
            now: { Date(timeIntervalSince1970: Double(ExchangeWorld.now)) },
            document: { path, _ throws(HubFailure) in path.contains("/organizations/") ? keys : definition })
        return try await checks.verify(
            "shop:loyalty",
            EncryptedScope(
                version: 2, heldBy: .person, from: "shop", marketURI: ExchangeWorld.marketURI, content: .jwe(jwe),
                approval: approval, ledger: LedgerReference(log: "l", index: 17, entry: entry.bytes, salt: salt)),
            subject: "sub-at-bank", requestHash: MessageHash(of: request),
            order: SharingOrder([
                .init(
                    ScopeName("shop:loyalty")!, claims: .some([.init("tier"), .init("points")]),
                    purpose: "To offer you more")
            ]))
    }

    @Test("What was said of the person who signs is believed")
    func right() async throws {
        let report = try await verify(signedBy: world.personKey, boundTo: world.personKey)
        #expect(report.values == ["tier": "gold", "points": 1200])
    }

    @Test("What was said of an earlier key of theirs is believed by its statements")
    func laterKey() async throws {
        let next = ExchangeWorld.key(50)
        let keys = PersonKeyPair(encryption: ExchangeWorld.encryptionKey(51), signing: next.publicKey)
        let chain = [
            try world.statement(),
            try world.statement(keys, by: world.personKey, previous: world.personKeys.signingKeyID),
        ]
        let report = try await verify(signedBy: next, boundTo: world.personKey, statements: chain)
        #expect(report.values["tier"] == "gold")
    }

    @Test("What was said of somebody else is refused, with statements of one's own too")
    func otherPerson() async throws {
        let mallory = ExchangeWorld.key(40)
        await #expect(throws: ReceivedScopeRefusal.values(.otherPerson)) {
            try await verify(signedBy: mallory, boundTo: world.personKey)
        }
        let keys = PersonKeyPair(encryption: ExchangeWorld.encryptionKey(41), signing: mallory.publicKey)
        let forged = try world.statement(keys, by: mallory, previous: world.personKeys.signingKeyID)
        for chain in [[try world.statement(keys, by: mallory)], [try world.statement(), forged]] {
            await #expect(throws: ReceivedScopeRefusal.values(.otherPerson)) {
                try await verify(signedBy: mallory, boundTo: world.personKey, statements: chain)
            }
        }
    }

    @Test("A release by another key than the approval's is refused")
    func otherSigner() async throws {
        await #expect(throws: ReceivedScopeRefusal.release(.wrongPersonKey)) {
            try await verify(signedBy: ExchangeWorld.key(40), boundTo: world.personKey, approvedBy: world.personKey)
        }
    }
}
