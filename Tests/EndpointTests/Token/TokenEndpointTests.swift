import HTTPTypes
import SQLStatements
import Storage
import Testing
import WebServer
import WireFormats

@testable import vouchsafe

/// Token endpoint, OpenID4VCI 1.0 §6.
@Suite struct TokenEndpointTests {
    static let badCode = ExpectedRefusal(
        "invalid_grant", "The code is unknown, expired or already used, or not for this request")
    static let wrongTxCode = ExpectedRefusal("invalid_grant", "The transaction code is wrong")

    @Test("A code gives an access token that nobody may store")
    func redeems() async throws {
        let issuer = try await TestIssuer.withPeople()
        let reply = await issuer.tokenRequest(code: try await issuer.makeOffer().code)
        #expect(reply.status == 200)
        #expect(reply.headers == [.contentType: "application/json", .cacheControl: "no-store"])
        let token = try reply.string("access_token")
        // 18 bytes of identifier and 18 of MAC.
        #expect(token.utf8.count == 48)
        #expect(try reply.json == ["access_token": .string(token), "token_type": "Bearer", "expires_in": 240])
    }

    @Test("Unknown parameters, parameters of the media type and the order do not matter")
    func ignoresUnknownParameters() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer(txCode: true)
        let form = FormParameters.encode([
            "client_id": "wallet", "tx_code": offer.txCode ?? "", "pre-authorized_code": offer.code,
            "resource": "urn:a", "x": "",
            "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        ])
        let reply = await issuer.tokenRequest(
            form, headers: [.contentType: "application/X-WWW-form-urlencoded; charset=UTF-8"])
        #expect(reply.status == 200)
    }

    @Test("A malformed request is refused and the code stays good", arguments: BadTokenRequest.all)
    func refuses(_ bad: BadTokenRequest) async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        try expect(await bad.send(issuer, offer), is: bad.refusal)
        #expect(await issuer.tokenRequest(code: offer.code).status == 200)
    }

    @Test("A code in the query alone is no code, and stays good")
    func ignoresQuery() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let query = "?" + FormParameters.encode(["pre-authorized_code": offer.code])
        let reply = await issuer.tokenRequest(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code", query: query)
        try expect(reply, is: .init("invalid_request", "pre-authorized_code is missing"))
        #expect(await issuer.tokenRequest(code: offer.code).status == 200)
    }

    @Test("A body larger than 64 KiB is refused unread")
    func refusesOversizedBody() async throws {
        let issuer = try await TestIssuer.withPeople()
        let reply = await issuer.tokenRequest("a=" + String(repeating: "x", count: 64 << 10))
        try expect(reply, is: .init(413, "invalid_request", "The body is larger than 65536 bytes"))
    }

    @Test("Codes that were not made here are refused alike", arguments: ["c0ffee", String(repeating: "A", count: 48)])
    func refusesStrangersCode(_ code: String) async throws {
        let issuer = try await TestIssuer.withPeople()
        try expect(await issuer.tokenRequest(code: code), is: Self.badCode)
        let elsewhere = try await TestIssuer.withPeople().makeOffer().code
        try expect(await issuer.tokenRequest(code: elsewhere), is: Self.badCode)
    }

    @Test("A code of an offer that is not there is refused like any other")
    func refusesForgottenOffer() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        try await issuer.installation.database.change("DELETE FROM offers")
        try expect(await issuer.tokenRequest(code: offer.code), is: Self.badCode)
    }

    @Test("A code is good once, and its token is not harmed by the second try")
    func spendsCode() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let token = try await issuer.redeem(offer)
        try expect(await issuer.tokenRequest(code: offer.code), is: Self.badCode)
        _ = try await issuer.credential(token)
        let timeline = try await issuer.timeline(of: offer)
        #expect(
            timeline.contains { $0["error"] == "invalid_grant" && $0["reason"] == "the code was already used" })
    }

    @Test("A code is good until its offer expires", arguments: [(599.0, 200), (600.0, 400)])
    func expires(after age: Double, status: Int) async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        issuer.clock.advance(by: age)
        let reply = await issuer.tokenRequest(code: offer.code)
        #expect(reply.status == status)
        guard status == 400 else { return }
        try expect(reply, is: Self.badCode)
        #expect(try await issuer.timeline(of: offer).last?["reason"] == "the offer has expired")
    }

    @Test("The code of a cancelled offer gives nothing")
    func refusesCancelled() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        #expect(await issuer.manage(.delete, "/offers/" + offer.id).status == 204)
        issuer.clock.advance(by: 1)
        try expect(await issuer.tokenRequest(code: offer.code), is: Self.badCode)
        #expect(try await issuer.timeline(of: offer).last?["reason"] == "the offer was cancelled")
    }

    @Test("A transaction code must be sent if there is one, and must not if there is none")
    func wantsTxCode() async throws {
        let issuer = try await TestIssuer.withPeople()
        let with = try await issuer.makeOffer(txCode: true)
        try expect(
            await issuer.tokenRequest(code: with.code),
            is: .init("invalid_request", "A transaction code is needed: send tx_code"))
        #expect(try await issuer.timeline(of: with).last?["reason"] == "no transaction code was sent")
        #expect(await issuer.tokenRequest(code: with.code, txCode: with.txCode).status == 200)

        let without = try await issuer.makeOffer()
        try expect(
            await issuer.tokenRequest(code: without.code, txCode: "123456"),
            is: .init("invalid_request", "This offer has no transaction code: send none"))
        #expect(await issuer.tokenRequest(code: without.code).status == 200)
    }

    @Test("After four wrong transaction codes the right one works")
    func allowsFourWrongCodes() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer(txCode: true)
        for triesLeft in [4, 3, 2, 1] {
            try expect(await issuer.tokenRequest(code: offer.code, txCode: "x"), is: Self.wrongTxCode)
            #expect(
                try await issuer.timeline(of: offer).last == [
                    "at": "2026-11-20T00:00:00.000Z", "step": "token", "outcome": "refused", "error": "invalid_grant",
                    "reason": .string("wrong transaction code; tries left: \(triesLeft)"),
                ])
        }
        #expect(await issuer.tokenRequest(code: offer.code, txCode: offer.txCode).status == 200)
    }

    @Test("Five wrong transaction codes lock the offer, for the right one too")
    func locks() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer(txCode: true)
        for _ in 0..<5 {
            try expect(await issuer.tokenRequest(code: offer.code, txCode: "x"), is: Self.wrongTxCode)
        }
        try expect(await issuer.tokenRequest(code: offer.code, txCode: offer.txCode), is: Self.badCode)
        let shown = await issuer.manage(.get, "/offers/" + offer.id)
        #expect(try shown.json["state"] == "locked")
        #expect(try shown.json["wrong_tx_codes"] == 5)
        #expect(
            try await issuer.timeline(of: offer).last?["reason"] == "locked after too many wrong transaction codes")
    }

    @Test("A missing transaction code is no wrong one: it does not bring the lock nearer")
    func missingCodesDoNotLock() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer(txCode: true)
        for _ in 0..<6 { _ = await issuer.tokenRequest(code: offer.code) }
        #expect(await issuer.tokenRequest(code: offer.code, txCode: offer.txCode).status == 200)
    }
}

/// One thing that is wrong with a token request.
struct BadTokenRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let refusal: ExpectedRefusal
    let send: @Sendable (TestIssuer, MadeOffer) async -> Reply

    private static let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code"

    private init(
        _ description: String, _ text: String, code: String = "invalid_request",
        contentType: String? = "application/x-www-form-urlencoded", form: @escaping @Sendable (String) -> String
    ) {
        testDescription = description
        refusal = ExpectedRefusal(code, text)
        send = { issuer, offer in
            var headers = HTTPFields()
            headers[.contentType] = contentType
            return await issuer.tokenRequest(form(offer.code), headers: headers)
        }
    }

    static let all: [BadTokenRequest] = [
        BadTokenRequest(
            "no media type", "The body must be application/x-www-form-urlencoded", contentType: nil, form: { good($0) }),
        BadTokenRequest(
            "another media type", "The body must be application/x-www-form-urlencoded",
            contentType: "application/json", form: { good($0) }),
        BadTokenRequest("a broken escape", "The form is malformed", form: { good($0) + "&a=%G0" }),
        BadTokenRequest("broken UTF-8", "The form is malformed", form: { good($0) + "&a=%C3%28" }),
        BadTokenRequest(
            "too many parameters", "The form is malformed",
            form: { good($0) + (0..<100).map { "&p\($0)=1" }.joined() }),
        BadTokenRequest("a parameter twice", "A parameter is repeated", form: { good($0) + "&" + grant }),
        BadTokenRequest("an unknown parameter twice", "A parameter is repeated", form: { good($0) + "&a=1&a=1" }),
        BadTokenRequest("no body", "grant_type is missing", form: { _ in "" }),
        BadTokenRequest("no grant type", "grant_type is missing", form: { "pre-authorized_code=" + $0 }),
        BadTokenRequest(
            "an empty grant type", "grant_type is missing", form: { "grant_type=&pre-authorized_code=" + $0 }),
        BadTokenRequest(
            "another grant type", "This grant type is not supported", code: "unsupported_grant_type",
            form: { "grant_type=authorization_code&code=" + $0 }),
        BadTokenRequest("no code", "pre-authorized_code is missing", form: { _ in grant }),
        BadTokenRequest(
            "an empty code", "pre-authorized_code is missing", form: { _ in grant + "&pre-authorized_code=" }),
    ]

    private static func good(_ code: String) -> String { grant + "&pre-authorized_code=" + code }
}
