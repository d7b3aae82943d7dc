import DataMarket
import DataSharing
import Foundation
import HTTPTypes
import JOSE
import OAuth
import Storage
import Testing
import WireFormats

/// Each attack changes one thing of a release request that is granted without it.
@Suite("What a market checks before it releases")
struct ReleaseChecksTests {
    private let world = ExchangeWorld()

    /// A request with everything right, and the market that grants it.
    private func setUp() async throws -> (SQLMarketStore, IssuedScopeValues, String) {
        let store = try world.store()
        let issued = try world.issued()
        try await world.keep(issued, in: store)
        return (store, issued, try world.requestObject())
    }

    private func expect(_ refusal: MarketRefusal, _ message: EndpointRequest, _ checks: ReleaseChecks) async throws {
        await #expect(throws: refusal) { _ = try await checks.respond(to: message) }
    }

    @Test("What was agreed to is released, to the key of the signed request alone")
    func released() async throws {
        let (store, issued, request) = try await setUp()
        let approval = try world.approval(issued, request)
        let message = try world.message(
            token: world.token(issued), approval: approval, request: request, statements: [world.statement()])
        let response = try await world.checks(store).respond(to: message)
        #expect(response.status == .ok)
        let jwe = try #require(try JSON(parsing: response.body)["release"]?.string)
        let sealed = try SealedMessage(
            checking: jwe, content: .release, recipient: .key(id: world.providerEncryption.keyID))
        let release = try VerifiedRelease(
            opening: sealed, with: .p256(ExchangeWorld.agreementKey(6)),
            expecting: ReleaseExpectation(
                signedBy: .market(
                    uri: ExchangeWorld.marketURI, keys: VerificationKeys(world.marketKey.publicKey)),
                clientID: "bank", scope: "shop:loyalty", version: 2, requestHash: MessageHash(of: request),
                approvalHash: MessageHash(of: approval), now: ExchangeWorld.now)
        ).release
        guard case .presentation(let compact) = release.values else {
            Issue.record("no presentation")
            return
        }
        let values = try VerifiedScopeValues(
            verifying: compact,
            expecting: .init(
                marketURI: ExchangeWorld.marketURI, scope: "shop:loyalty", version: .exactly(2),
                keys: VerificationKeys(world.marketKey.publicKey), person: .unbound, form: .disclosed,
                now: ExchangeWorld.now))
        #expect(values.values == ["tier": "gold", "points": 1200])
        #expect(values.digestHash == issued.digestHash)
        #expect(try await store.pinnedKey(of: ExchangeWorld.subject) == world.personKeys.signingKeyID)
    }

    @Test("A key that the market was told to forget is not known any more")
    func forgottenKey() async throws {
        let (store, _, _) = try await setUp()
        let (subject, key) = (ExchangeWorld.subject, world.personKeys.signingKeyID)
        #expect(try await store.pin(key, of: subject, replacing: nil, at: Date()))
        #expect(try await store.forgetKey(of: subject))
        #expect(try await store.pinnedKey(of: subject) == nil)
        #expect(try await !store.forgetKey(of: subject))
    }

    @Test("An approval that names something else than the request is refused", arguments: ApprovalFault.all)
    func wrongApproval(fault: ApprovalFault) async throws {
        let (store, issued, request) = try await setUp()
        let approval = try world.approval(issued, request, fault.change)
        let message = try world.message(
            token: world.token(issued), approval: approval, request: request, statements: [world.statement()])
        try await expect(fault.refusal, message, world.checks(store))
    }

    struct ApprovalFault: Sendable, CustomTestStringConvertible {
        let name: String
        let refusal: MarketRefusal
        let change: @Sendable (inout JSONObject) -> Void

        var testDescription: String { name }

        init(_ name: String, _ refusal: ApprovalRefusal, _ change: @escaping @Sendable (inout JSONObject) -> Void) {
            (self.name, self.refusal, self.change) = (name, .approval(refusal), change)
        }

        init(market name: String, _ refusal: MarketRefusal, _ change: @escaping @Sendable (inout JSONObject) -> Void) {
            (self.name, self.refusal, self.change) = (name, refusal, change)
        }

        static let all: [ApprovalFault] = [
            .init("another encryption key", .wrongEncryptionKey) {
                $0["encryption_jkt"] = .string(ExchangeWorld.encryptionKey(9).thumbprint)
            },
            .init("another request", .wrongRequest) {
                $0["request_hash"] = .string(MessageHash(of: "another").text)
            },
            .init("another person", .wrongSubject) { $0["sub"] = "somebody-else" },
            .init("another market", .wrongAudience) { $0["aud"] = ["https://hub.example", "https://other.example"] },
            .init("the hub alone", .wrongAudience) { $0["aud"] = ["https://hub.example"] },
            .init("another client", .wrongClient) { $0["client_id"] = "casino" },
            .init("another scope", .wrongScope) { $0["scope"] = "shop:health" },
            .init("another version", .wrongVersion) { $0["version"] = 1 },
            .init("a claim not asked for", .wrongClaims) { $0["claims"] = ["tier", "points", "address"] },
            .init("another purpose", .wrongPurpose) { $0["purpose"] = "For science" },
            .init("no purpose", .wrongPurpose) { $0["purpose"] = nil },
            .init("expired", .expired) {
                $0["iat"] = .integer(ExchangeWorld.now - 200)
                $0["exp"] = .integer(ExchangeWorld.now)
            },
            .init("longer than five minutes", .lastsTooLong) { $0["exp"] = .integer(ExchangeWorld.now + 281) },
            .init("from the future", .fromTheFuture) {
                $0["iat"] = .integer(ExchangeWorld.now + 31)
                $0["exp"] = .integer(ExchangeWorld.now + 100)
            },
            .init("over before it expires", .wrongEnd) { $0["until"] = .integer(ExchangeWorld.now + 100) },
            .init("without end", .wrongEnd) { $0["until"] = 253_402_300_799 },
            .init("of a deposit", .wrongBasis) { $0["digest"] = ["jwe_hash": .string(MessageHash(of: "x").text)] },
            .init("self-asserted", .wrongBasis) { $0["digest"] = ["self_asserted": true] },
            .init(market: "fewer claims than the token", .tokenExceedsApproval) { $0["claims"] = ["tier"] },
            .init(market: "another identifier", .tokenForOtherApproval) { $0["jti"] = "a2" },
            .init(market: "another digest", .superseded) {
                $0["digest"] = ["hash": .string(MessageHash(of: "old").text), "index": 17]
            },
            .init("an unknown claim", .jwt(.malformedClaim("claim that is not known"))) { $0["also"] = "health" },
            .init("no nonce", .jwt(.missingClaim("nonce"))) { $0["nonce"] = nil },
            .init("claims twice", .jwt(.malformedClaim("claims"))) { $0["claims"] = ["tier", "tier"] },
            .init("no claims", .jwt(.malformedClaim("claims"))) { $0["claims"] = [] },
            .init("fractions of seconds", .jwt(.malformedClaim("until"))) { $0["until"] = .decimal(literal: "1.5") },
            .init("iss of another key", .wrongIssuer) { $0["iss"] = .string(MessageHash(of: "k").text) },
        ]
    }

    @Test("An approval by another key than the pinned one is refused, however it is dressed up")
    func forgedApproval() async throws {
        let (store, issued, request) = try await setUp()
        let mallory = ExchangeWorld.key(40)
        #expect(
            try await store.pin(
                world.personKeys.signingKeyID, of: ExchangeWorld.subject, replacing: nil, at: Date()))
        let malloryKeys = PersonKeyPair(encryption: ExchangeWorld.encryptionKey(41), signing: mallory.publicKey)
        let forged = try world.approval(issued, request, by: mallory)
        // A chain that begins anew, and one that claims to follow.
        let own = try world.statement(malloryKeys, by: mallory)
        let token = try world.token(issued)
        try await expect(
            .keys(.pinnedKeyMissing),
            world.message(token: token, approval: forged, request: request, statements: [own]), world.checks(store))
        let following = try world.statement(malloryKeys, by: mallory, previous: world.personKeys.signingKeyID)
        try await expect(
            .keys(.brokenChain),
            world.message(
                token: token, approval: forged, request: request, statements: [world.statement(), following]),
            world.checks(store))
        // By the name of the key before, and not by that key.
        let lying = try JWSIssuer(
            signer: mallory,
            header: ["typ": .string(KeyStatement.type), "kid": .string(world.personKeys.signingKeyID)]
        ).sign(payload: try Base64URL.decode(following.split(separator: ".")[1]))
        let statements = [try world.statement(), String(decoding: lying, as: UTF8.self)]
        try await expect(
            .keys(.jwt(.jws(.invalidSignature))),
            world.message(token: token, approval: forged, request: request, statements: statements),
            world.checks(store))
        try await expect(
            .approval(.otherSigningKey),
            world.message(token: token, approval: forged, request: request, statements: [world.statement()]),
            world.checks(store))
    }

    @Test("Of two first releases at once both are given for one key, and one alone for two", arguments: [true, false])
    func pinnedMeanwhile(isSameKey: Bool) async throws {
        let (store, issued, request) = try await setUp()
        let message = try world.message(
            token: world.token(issued), approval: world.approval(issued, request), request: request,
            statements: [world.statement()])
        let all = world.checks(store)
        let overtaken = OvertakenPins(store: store, other: isSameKey ? world.personKeys.signingKeyID : "another")
        let checks = ReleaseChecks(
            trust: all.trust, hubKeys: all.hubKeys, pins: overtaken, digests: store, approvals: store,
            maker: all.maker, now: all.now)
        guard isSameKey else { return try await expect(.keys(.pinnedKeyMissing), message, checks) }
        #expect(try await checks.respond(to: message).status == .ok)
    }

    /// Another release pins a key between the look and the pinning.
    private struct OvertakenPins: PinnedKeyStore {
        let store: SQLMarketStore
        let other: String

        func pinnedKey(of subject: String) async throws -> String? { try await store.pinnedKey(of: subject) }

        func pin(
            _ keyID: String, of subject: String, replacing previous: String?, at instant: Date
        ) async throws -> Bool {
            _ = try await store.pin(other, of: subject, replacing: previous, at: instant)
            return try await store.pin(keyID, of: subject, replacing: previous, at: instant)
        }
    }

    @Test("A person's next key is followed, and the one before it counts no more")
    func rotation() async throws {
        let (store, issued, request) = try await setUp()
        #expect(
            try await store.pin(
                world.personKeys.signingKeyID, of: ExchangeWorld.subject, replacing: nil, at: Date()))
        let next = ExchangeWorld.key(50)
        let nextKeys = PersonKeyPair(encryption: ExchangeWorld.encryptionKey(51), signing: next.publicKey)
        let chain = [
            try world.statement(),
            try world.statement(nextKeys, by: world.personKey, previous: world.personKeys.signingKeyID),
        ]
        let message = try world.message(
            token: world.token(issued), approval: world.approval(issued, request, by: next), request: request,
            statements: chain)
        #expect(try await world.checks(store).respond(to: message).status == .ok)
        #expect(try await store.pinnedKey(of: ExchangeWorld.subject) == nextKeys.signingKeyID)
        // The hub leaves the rotation out to have an old key accepted.
        try await expect(
            .keys(.pinnedKeyMissing),
            world.message(
                token: world.token(issued, jti: "t2"), approval: world.approval(issued, request), request: request,
                statements: [world.statement()]), world.checks(store))
    }

    @Test("A request whose key was swapped is refused, whoever signs it")
    func swappedKey() async throws {
        let (store, issued, request) = try await setUp()
        let approval = try world.approval(issued, request)
        let swapped = try world.requestObject(encryptionKey: ExchangeWorld.encryptionKey(60))
        try await expect(
            .approval(.wrongRequest),
            world.message(
                token: world.token(issued), approval: approval, request: swapped, statements: [world.statement()]),
            world.checks(store))
        let forged = try world.requestObject(by: ExchangeWorld.key(61))
        try await expect(
            .request(.jwt(.jws(.invalidSignature))),
            world.message(
                token: world.token(issued), approval: world.approval(issued, forged), request: forged,
                statements: [world.statement()]), world.checks(store))
    }

    @Test("A request that nobody signed counts only for a pinned key")
    func unsigned() async throws {
        let (store, issued, _) = try await setUp()
        let text = JSON.object(["client_id": "bank", "scope": "openid shop:loyalty"]).description
        let approval = try world.approval(issued, text) { $0["purpose"] = nil }
        func message(_ jti: String) throws -> EndpointRequest {
            try world.message(
                token: world.token(issued, jti: jti), approval: approval, request: text, isSigned: false,
                statements: [world.statement()])
        }
        try await expect(.unsignedRequest, message("t1"), world.checks(store))
        let pinned = world.checks(store, pinnedEncryption: world.providerEncryption)
        #expect(try await pinned.respond(to: message("t2")).status == .ok)
        let other = world.checks(store, pinnedEncryption: ExchangeWorld.encryptionKey(70))
        try await expect(.approval(.wrongEncryptionKey), message("t3"), other)
    }

    @Test("Tokens are for this market, this key, this moment and one use")
    func tokens() async throws {
        let (store, issued, request) = try await setUp()
        let approval = try world.approval(issued, request)
        func message(
            _ token: String, approval other: String? = nil, proofKey: PrivateKey? = nil
        ) throws -> EndpointRequest {
            try world.message(
                token: token, approval: other ?? approval, request: request, statements: [world.statement()],
                proofKey: proofKey)
        }
        let checks = world.checks(store)
        try await expect(
            .token(.jwt(.wrongAudience)), message(world.token(issued, audience: "https://other.example")), checks)
        try await expect(
            .token(.jwt(.expired)), message(world.token(issued, issuedAt: ExchangeWorld.now - 120)), checks)
        try await expect(
            .token(.jwt(.jws(.invalidSignature))), message(world.token(issued, by: ExchangeWorld.key(80))), checks)
        try await expect(.untrustedPartner, message(world.token(issued, clientID: "casino")), checks)
        try await expect(.proof(.otherKey), message(world.token(issued), proofKey: ExchangeWorld.key(81)), checks)
        try await expect(
            .unknownSubject,
            message(
                world.token(issued, subject: "other"), approval: world.approval(issued, request) { $0["sub"] = "other" }
            ),
            checks)
        let once = try message(world.token(issued))
        #expect(try await checks.respond(to: once).status == .ok)
        try await expect(.replayed, once, checks)
        // The same token with a fresh proof.
        try await expect(.replayed, message(world.token(issued)), checks)
        // A proof is for one token.
        let token = try world.token(issued, jti: "t9")
        let proof = try #require(once.headers[.dpop])
        try await expect(
            .proof(.otherAccessToken),
            world.message(
                token: token, approval: approval, request: request, statements: [world.statement()], proof: proof),
            checks)
    }

    @Test("An approval that was used serves until its end, and another one never under its identifier")
    func laterUse() async throws {
        let (store, issued, request) = try await setUp()
        let approval = try world.approval(issued, request)
        func message(_ jti: String, _ approval: String, at seconds: Int64) throws -> EndpointRequest {
            let token = try world.token(issued, jti: jti, issuedAt: seconds - 5)
            let proof = try DPoPProofMaker(key: world.dpopKey).proof(
                method: .post, url: ExchangeWorld.marketURI + "/release", accessToken: token,
                now: Date(timeIntervalSince1970: Double(seconds)))
            return try world.message(
                token: token, approval: approval, request: request, statements: [world.statement()], proof: proof)
        }
        let now = ExchangeWorld.now
        #expect(try await world.checks(store).respond(to: message("t1", approval, at: now)).status == .ok)
        let other = try world.approval(issued, request) { $0["nonce"] = "other" }
        try await expect(.otherApproval, message("t2", other, at: now), world.checks(store))
        let later = now + 3600
        #expect(
            try await world.checks(store, at: later).respond(to: message("t3", approval, at: later)).status == .ok)
        let over = now + 86_400
        try await expect(.approval(.ended), message("t4", approval, at: over), world.checks(store, at: over))
    }

    @Test("A newer digest, a withdrawal and an erasure end a consent")
    func ends() async throws {
        let (store, issued, request) = try await setUp()
        let approval = try world.approval(issued, request)
        func message(_ jti: String) throws -> EndpointRequest {
            try world.message(
                token: world.token(issued, jti: jti), approval: approval, request: request,
                statements: [world.statement()])
        }
        let withdrawn = try world.store()
        try await world.keep(issued, in: withdrawn)
        #expect(
            try await withdrawn.withdraw(
                identifier: "a1", hash: MessageHash(of: approval), subject: ExchangeWorld.subject, at: Date()))
        try await expect(.withdrawn, message("t1"), world.checks(withdrawn))
        try await world.keep(try world.issued(["tier": "bronze", "points": 3]), in: store)
        try await expect(.superseded, message("t2"), world.checks(store))
        #expect(try await store.erase(ExchangeWorld.subject, scope: "shop:loyalty"))
        try await expect(.unknownSubject, message("t3"), world.checks(store))
    }
}

@Suite("Withdrawals at a market")
struct WithdrawalTests {
    private let world = ExchangeWorld()

    private func deliver(_ compact: String, _ store: SQLMarketStore, type: String = "application/secevent+jwt")
        async throws -> EndpointResponse
    {
        let checks = world.checks(store)
        return try await WithdrawalEndpoint(
            trust: checks.trust, hubKeys: checks.hubKeys, approvals: store, now: checks.now
        ).respond(
            to: EndpointRequest(method: .post, headers: [.contentType: type], body: Array(compact.utf8)))
    }

    @Test("The hub's word ends a consent; anybody else's does not")
    func delivery() async throws {
        let store = try world.store()
        let event = WithdrawalEvent(
            issuer: ExchangeWorld.hub, audience: "shop", subject: ExchangeWorld.subject, clientID: "bank",
            scope: "shop:loyalty", approval: "a1", approvalHash: MessageHash(of: "x"), issuedAt: ExchangeWorld.now,
            identifier: "e1")
        let forged = try event.sign(signer: ExchangeWorld.key(90), keyID: "h1")
        #expect(try await deliver(forged, store).status == .badRequest)
        let elsewhere = try WithdrawalEvent(
            issuer: ExchangeWorld.hub, audience: "other", subject: ExchangeWorld.subject, clientID: "bank",
            scope: "shop:loyalty", approval: "a1", approvalHash: MessageHash(of: "x"), issuedAt: ExchangeWorld.now,
            identifier: "e1"
        ).sign(signer: world.hubKey, keyID: "h1")
        #expect(try await deliver(elsewhere, store).status == .badRequest)
        let good = try event.sign(signer: world.hubKey, keyID: "h1")
        #expect(try await deliver(good, store, type: "application/json").status == .badRequest)
        #expect(try await store.acceptance(of: "a1") == .new)
        #expect(try await deliver(good, store).status == .accepted)
        #expect(try await deliver(good, store).status == .accepted)
        #expect(try await store.acceptance(of: "a1") == .withdrawn)
    }
}
