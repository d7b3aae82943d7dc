import HTTPTypes
import Testing
import Verifier
import WireFormats

@testable import vouchsafe

/// Creating, listing, showing and cancelling offers.
@Suite struct OfferManagementTests {
    @Test("The list of the command line says for whom each offer is")
    func listsPeople() async throws {
        let provider = try await TestProvider()
        let orders: [(order: JSON, person: String)] = [
            (["credential_configuration_ids": ["card"], "subject": "p-1"], "p-1"),
            (["credential_configuration_ids": ["card"], "claims": ["given_name": "Zubeida"]], "(claims)"),
            (["credential_configuration_ids": ["card"], "subject": "p-1", "grant": "authorization_code"], "p-1"),
            (["credential_configuration_ids": ["card"], "grant": "authorization_code"], "(whoever logs in)"),
        ]
        for (order, person) in orders {
            let made = await provider.issuer.manage(.post, "/offers", order)
            #expect(made.status == 201, "\(made.text)")
            let offer = try await provider.issuer.manage(.get, "/offers/" + made.string("id")).json
            let line = OfferListCommand.line(offer)
            #expect(line.hasSuffix("  open  2026-11-20T00:00:00Z  card  " + person), "\(line)")
        }
    }

    @Test("A new offer is told with its links and, once, its transaction code")
    func creates() async throws {
        let issuer = try await TestIssuer.withPeople()
        let reply = await issuer.manage(
            .post, "/offers",
            ["credential_configuration_ids": ["card"], "subject": "p-1", "tx_code": true, "unknown": [1]])
        #expect(reply.status == 201)
        #expect(reply.headers == [.contentType: "application/json", .cacheControl: "no-store"])
        let created = try reply.object()
        #expect(
            created.names == [
                "id", "credential_offer_uri", "credential_offer_link", "credential_offer", "tx_code", "expires_at",
            ])
        let id = try reply.string("id")
        let uri = "https://issuer.example.org/issuance/oid4vci/credential-offer/" + id
        #expect(created["credential_offer_uri"]?.string == uri)
        #expect(
            created["credential_offer_link"]?.string
                == "openid-credential-offer://?" + FormParameters.encode(["credential_offer_uri": uri]))
        #expect(created["expires_at"] == "2026-11-20T00:10:00Z")
        #expect(try reply.string("tx_code").utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })

        let shown = await issuer.manage(.get, "/offers/" + id)
        #expect(
            try shown.json == [
                "id": .string(id), "state": "open", "credential_configuration_ids": ["card"],
                "tx_code_required": true, "created_at": "2026-11-20T00:00:00Z",
                "expires_at": "2026-11-20T00:10:00Z", "grant": "pre-authorized_code",
                "subject": "p-1",
                "timeline": [["at": "2026-11-20T00:00:00.000Z", "step": "offer_created", "outcome": "done"]],
            ])
        #expect(!shown.text.contains(try reply.string("tx_code")))
    }

    @Test("What is wrong with an order is told, and no offer is made", arguments: BadOrder.all)
    func refuses(_ bad: BadOrder) async throws {
        let issuer = try await TestIssuer.withPeople()
        let reply = await issuer.manage(
            .post, "/offers", headers: bad.contentType.map { [.contentType: $0] } ?? [:], body: bad.body)
        try expect(reply, is: bad.refusal)
        #expect(try await issuer.manage(.get, "/offers").json == [])
    }

    @Test("A dry run shows the claims and makes no offer")
    func triesOut() async throws {
        let issuer = try await TestIssuer.withPeople()
        let reply = await issuer.manage(
            .post, "/offers",
            ["credential_configuration_ids": ["card", "record"], "subject": "p-1", "dry_run": true])
        #expect(reply.status == 200)
        #expect(
            try reply.json == [
                "credentials": [
                    [
                        "credential_configuration_id": "card",
                        "claims": [
                            "given_name": "Zubeida", "family_name": "Ångström-Quine", "birth_date": "1999-02-03",
                            "languages": ["sv", "ar"], "university": "Example University",
                        ],
                    ],
                    [
                        "credential_configuration_id": "record",
                        "claims": ["family_name": "Ångström-Quine", "credits": 40],
                    ],
                ]
            ])
        #expect(try await issuer.manage(.get, "/offers").json == [])
    }

    @Test("Claims that are pushed with an offer are in the credential, and in nothing that is shown")
    func pushesClaims() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer(
            claims: ["given_name": "Pushkina", "family_name": "Lermontova", "birth_date": "2000-01-01"])
        let report = try await issuer.verify(issuer.credential(issuer.redeem(offer)))
        #expect(report.content?.claims["given_name"] == "Pushkina")
        let shown = await issuer.manage(.get, "/offers/" + offer.id)
        #expect(!shown.text.contains("Pushkina"))
        #expect(try shown.json["subject"] == nil)
    }

    @Test("Offers are listed, the newest first, page by page")
    func lists() async throws {
        let issuer = try await TestIssuer.withPeople()
        var ids: [JSON] = []
        for _ in 0..<5 {
            issuer.clock.advance(by: 1)
            ids.insert(.string(try await issuer.makeOffer().id), at: 0)
        }
        #expect(try await issuer.manage(.get, "/offers").json.array?.map { $0["id"] } == ids)
        let first = try await issuer.manage(.get, "/offers?limit=2").json.array?.compactMap { $0["id"] } ?? []
        #expect(first == Array(ids[..<2]))
        let before = "/offers?limit=2&before=" + (first.last?.string ?? "")
        #expect(try await issuer.manage(.get, before).json.array?.map { $0["id"] } == Array(ids[2..<4]))
        let none = "/offers?before=" + (ids.last?.string ?? "")
        #expect(try await issuer.manage(.get, none).json == [])
        #expect(try await issuer.manage(.get, "/offers?limit=1").json.array?.first?["timeline"] == nil)
    }

    @Test(
        "Page parameters out of bounds are refused",
        arguments: ["limit=0", "limit=1001", "limit=x", "limit=-1", "before=x", "limit=1&limit=2", "a=%G0"])
    func refusesPage(_ query: String) async throws {
        let issuer = try await TestIssuer()
        try expect(
            await issuer.manage(.get, "/offers?" + query),
            is: .init(400, "invalid_request", "limit must be 1 to 1000, before must be an offer id"))
    }

    @Test("A cancelled offer stays cancelled, and cancelling it again says so")
    func cancels() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let reply = await issuer.manage(.delete, "/offers/" + offer.id)
        #expect(reply.status == 204)
        #expect(reply.body == [])
        let shown = await issuer.manage(.get, "/offers/" + offer.id)
        #expect(try shown.json["state"] == "cancelled")
        #expect(try shown.json["cancelled_at"] == "2026-11-20T00:00:00Z")
        #expect(try await issuer.timeline(of: offer).last?["step"] == "offer_cancelled")
        try expect(
            await issuer.manage(.delete, "/offers/" + offer.id),
            is: .init(410, "offer_over", "This offer is cancelled"))
    }

    @Test("There is nothing to show or cancel by a made-up id", arguments: ["x", "AAAAAAAAAAAAAAAAAAAAAAAA"])
    func unknownOffer(_ id: String) async throws {
        let issuer = try await TestIssuer()
        for method in [HTTPRequest.Method.get, .delete] {
            try expect(
                await issuer.manage(method, "/offers/" + id),
                is: .init(404, "offer_not_found", "There is no such offer"))
        }
    }
}

/// One thing that is wrong with an order for an offer.
struct BadOrder: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let contentType: String?
    let body: [UInt8]
    let refusal: ExpectedRefusal

    private init(
        _ description: String, _ text: String, contentType: String? = "application/json", _ refusal: ExpectedRefusal
    ) {
        (testDescription, self.contentType, self.refusal) = (description, contentType, refusal)
        body = Array(text.utf8)
    }

    private static func invalid(_ text: String) -> ExpectedRefusal { .init("invalid_request", text) }

    private static let mediaType = ExpectedRefusal(415, "invalid_request", "The body must be application/json")
    private static let json = invalid("The body is no acceptable JSON object")
    private static let one = invalid("Give exactly one of subject and claims")
    private static let good = #"{"credential_configuration_ids":["card"],"subject":"p-1"}"#

    static let all: [BadOrder] = [
        BadOrder("no media type", good, contentType: nil, mediaType),
        BadOrder("another media type", good, contentType: "text/plain", mediaType),
        BadOrder("no body", "", json),
        BadOrder("an array", "[]", json),
        BadOrder("a member twice", #"{"subject":"a","subject":"b"}"#, json),
        BadOrder("bytes after the value", good + "}", json),
        BadOrder("no configurations", "{}", invalid("credential_configuration_ids is missing or of the wrong type")),
        BadOrder(
            "configurations that are no array", #"{"credential_configuration_ids":"card"}"#,
            invalid("credential_configuration_ids is missing or of the wrong type")),
        BadOrder(
            "a configuration that is no string", #"{"credential_configuration_ids":["card",1],"subject":"p-1"}"#,
            invalid("credential_configuration_ids is missing or of the wrong type")),
        BadOrder("nobody", #"{"credential_configuration_ids":["card"]}"#, one),
        BadOrder("two sources", #"{"credential_configuration_ids":["card"],"subject":"p-1","claims":{}}"#, one),
        BadOrder(
            "a subject that is no string", #"{"credential_configuration_ids":["card"],"subject":1}"#,
            invalid("subject is missing or of the wrong type")),
        BadOrder(
            "claims that are no object", #"{"credential_configuration_ids":["card"],"claims":[]}"#,
            invalid("claims is missing or of the wrong type")),
        BadOrder(
            "a flag that is no boolean", #"{"credential_configuration_ids":["card"],"subject":"p-1","tx_code":1}"#,
            invalid("tx_code is missing or of the wrong type")),
        BadOrder(
            "an empty list", #"{"credential_configuration_ids":[],"subject":"p-1"}"#,
            invalid("Name at least one credential configuration")),
        BadOrder(
            "a configuration twice", #"{"credential_configuration_ids":["card","card"],"subject":"p-1"}"#,
            invalid("A credential configuration is named twice")),
        BadOrder(
            "an unknown configuration", #"{"credential_configuration_ids":["passport"],"subject":"p-1"}"#,
            .init("unknown_credential_configuration", "There is no such credential configuration")),
        BadOrder(
            "an unknown person", #"{"credential_configuration_ids":["card"],"subject":"p-9"}"#,
            .init("invalid_claims", "card: the registry has nobody by that id")),
        BadOrder(
            "one of several that cannot be made",
            #"{"credential_configuration_ids":["diploma","record"],"claims":{"family_name":"A"}}"#,
            .init("invalid_claims", "record: credits: required but missing")),
        BadOrder(
            "claims that do not fit",
            #"{"credential_configuration_ids":["card"],"claims":{"given_name":1,"birth_date":"today","age":3}}"#,
            .init(
                "invalid_claims",
                "card: given_name: not a text; birth_date: not a date written as YYYY-MM-DD; "
                    + "age: not a claim of this credential; family_name: required but missing")),
    ]
}
