import HTTPTypes
import OAuth
import Testing
import WireFormats

/// Offers by reference, OpenID4VCI 1.0 §4.1.3.
@Suite struct OfferEndpointTests {
    private static let prefix = "/issuance/oid4vci/credential-offer/"

    @Test("An offer is fetched by its address as JSON that nobody may store, and equals the one by value")
    func fetches() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer(["card", "record"], txCode: true)
        let reply = await issuer.send(.get, Self.prefix + offer.id)
        #expect(reply.status == 200)
        #expect(reply.headers == [.contentType: "application/json", .cacheControl: "no-store"])
        #expect(
            try reply.json == [
                "credential_issuer": "https://issuer.example.org", "credential_configuration_ids": ["card", "record"],
                "grants": [
                    "urn:ietf:params:oauth:grant-type:pre-authorized_code": [
                        "pre-authorized_code": .string(offer.code),
                        "tx_code": ["input_mode": "numeric", "length": 6],
                    ]
                ],
            ])
        #expect(offer.txCode?.count == 6)
        #expect(!reply.text.contains(offer.txCode ?? ""))
        #expect(!offer.valueLink.contains("tx_code%22%3A%22"))
        let byValue = try FormParameters(parsing: offer.valueLink.split(separator: "?")[1])["credential_offer"]
        #expect(try JSON(parsing: Array((byValue ?? "").utf8)) == reply.json)
    }

    @Test("An offer without transaction code asks for none")
    func asksForNoCode() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let grants = try await issuer.send(.get, Self.prefix + offer.id).json["grants"]
        #expect(
            grants == [
                "urn:ietf:params:oauth:grant-type:pre-authorized_code": ["pre-authorized_code": .string(offer.code)]
            ])
    }

    @Test(
        "There is no offer by a made-up name",
        arguments: ["x", "AAAAAAAAAAAAAAAAAAAAAAAA", "%00", "AAAAAAAAAAAAAAAAAAAAAA=="])
    func notFound(_ id: String) async throws {
        let issuer = try await TestIssuer.withPeople()
        try expect(
            await issuer.send(.get, Self.prefix + id), is: .init(404, "offer_not_found", "There is no such offer"))
    }

    @Test("An offer that is over is gone, and the timeline says that it was asked for")
    func gone() async throws {
        let issuer = try await TestIssuer.withPeople()
        let (redeemed, cancelled) = (try await issuer.makeOffer(), try await issuer.makeOffer())
        let (locked, expired) = (try await issuer.makeOffer(txCode: true), try await issuer.makeOffer())
        _ = try await issuer.redeem(redeemed)
        _ = await issuer.manage(.delete, "/offers/" + cancelled.id)
        for _ in 0..<5 { _ = await issuer.tokenRequest(code: locked.code, txCode: "x") }
        issuer.clock.advance(by: 1)
        for (offer, state) in [(redeemed, "redeemed"), (cancelled, "cancelled"), (locked, "locked")] {
            try await expectGone(offer, state, at: issuer)
        }
        issuer.clock.advance(by: 600)
        try await expectGone(expired, "expired", at: issuer)
    }

    private func expectGone(_ offer: MadeOffer, _ state: String, at issuer: TestIssuer) async throws {
        try expect(
            await issuer.send(.get, Self.prefix + offer.id), is: .init(410, "offer_over", "This offer is \(state)"))
        let last = try await issuer.timeline(of: offer).last
        #expect(last?["step"] == "offer_fetched")
        #expect(last?["error"] == "offer_over")
        #expect(last?["reason"]?.string == "This offer is \(state)")
    }

    @Test("What strangers do cannot fill a timeline without end")
    func boundsTimeline() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        for _ in 0..<250 { _ = await issuer.send(.get, Self.prefix + offer.id) }
        #expect(try await issuer.timeline(of: offer).count <= 201)
        _ = try await issuer.credential(issuer.redeem(offer))
        #expect(try await issuer.timeline(of: offer).last?["step"] == "credential")
    }

    @Test("The timeline tells the whole flow in order")
    func tellsFlow() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        var requests: [() async throws -> Void] = []
        requests.append { _ = await issuer.send(.get, Self.prefix + offer.id) }
        requests.append { _ = await issuer.send(.get, "/.well-known/openid-credential-issuer") }
        for request in requests {
            issuer.clock.advance(by: 1)
            try await request()
        }
        issuer.clock.advance(by: 1)
        let token = try await issuer.redeem(offer)
        issuer.clock.advance(by: 1)
        let call = try await issuer.credentialCall(token)
        issuer.clock.advance(by: 1)
        #expect(try await call.send().status == 200)
        #expect(
            try await issuer.timeline(of: offer) == [
                ["at": "2026-11-20T00:00:00.000Z", "step": "offer_created", "outcome": "done"],
                ["at": "2026-11-20T00:00:01.000Z", "step": "offer_fetched", "outcome": "done"],
                [
                    "at": "2026-11-20T00:00:02.000Z", "step": "metadata", "outcome": "done",
                    "inferred_from": "same client",
                ],
                ["at": "2026-11-20T00:00:03.000Z", "step": "token", "outcome": "done"],
                ["at": "2026-11-20T00:00:04.000Z", "step": "nonce", "outcome": "done"],
                [
                    "at": "2026-11-20T00:00:05.000Z", "step": "credential", "outcome": "done",
                    "credential_configuration_id": "card", "credentials": 1,
                ],
            ])
    }

    @Test("Metadata fetched before the code is redeemed joins the timeline, of that client only")
    func attributesEarlierMetadata() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        _ = await issuer.send(.get, "/.well-known/openid-credential-issuer", client: "stranger")
        _ = try await issuer.redeem(offer)
        #expect(try await !issuer.timeline(of: offer).contains { $0["step"] == "metadata" })
        let second = try await issuer.makeOffer()
        _ = await issuer.send(.get, "/.well-known/openid-credential-issuer")
        _ = try await issuer.redeem(second)
        #expect(try await issuer.timeline(of: second).contains { $0["step"] == "metadata" })
    }
}
