import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import Testing
import WebServer
import WireFormats

/// An offer that the operator made.
struct MadeOffer {
    let id: String
    let code: String
    let txCode: String?
    let referenceLink: String
    let valueLink: String
}

/// The steps of the flow as a wallet takes them, each of which must succeed.
extension TestIssuer {
    /// An issuer with the two people of the test registry.
    static func withPeople(_ yaml: String = TestConfiguration.standard) async throws -> TestIssuer {
        let issuer = try await TestIssuer(yaml)
        let reply = await issuer.manage(
            .post, "/registry/people", headers: [.contentType: "text/csv"],
            body: Array(TestConfiguration.people.utf8))
        try #require(reply.status == 200, "\(reply.text)")
        return issuer
    }

    func makeOffer(
        _ configurations: [String] = ["card"], subject: String = "p-1", claims: JSON? = nil, txCode: Bool = false
    ) async throws -> MadeOffer {
        var order: JSONObject = ["credential_configuration_ids": .array(configurations.map(JSON.string))]
        if let claims { order["claims"] = claims } else { order["subject"] = .string(subject) }
        if txCode { order["tx_code"] = true }
        let reply = await manage(.post, "/offers", .object(order))
        try #require(reply.status == 201, "\(reply.text)")
        let link = try CredentialOfferLink(parsing: reply.string("credential_offer"))
        guard case .byValue(let offer) = link, let grant = offer.preAuthorizedCode else {
            throw UnexpectedAnswer(reply: reply)
        }
        return MadeOffer(
            id: try reply.string("id"), code: grant.code, txCode: try reply.json["tx_code"]?.string,
            referenceLink: try reply.string("credential_offer_link"), valueLink: try reply.string("credential_offer"))
    }

    func tokenRequest(_ form: String, headers: HTTPFields? = nil, query: String = "") async -> Reply {
        await send(
            .post, path + IssuerSite.Paths.token + query,
            headers: headers ?? [.contentType: "application/x-www-form-urlencoded"], body: Array(form.utf8))
    }

    func tokenRequest(code: String, txCode: String? = nil) async -> Reply {
        var form = FormParameters.encode(["grant_type": GrantType.preAuthorizedCode, "pre-authorized_code": code])
        if let txCode { form += "&" + FormParameters.encode(["tx_code": txCode]) }
        return await tokenRequest(form)
    }

    /// The access token of an offer.
    func redeem(_ offer: MadeOffer) async throws -> String {
        let reply = await tokenRequest(code: offer.code, txCode: offer.txCode)
        try #require(reply.status == 200, "\(reply.text)")
        return try reply.string("access_token")
    }

    /// The access token of a new offer.
    func token(_ configurations: [String] = ["card"], subject: String = "p-1") async throws -> String {
        try await redeem(makeOffer(configurations, subject: subject))
    }

    func nonce() async throws -> String {
        let reply = await send(.post, path + IssuerSite.Paths.nonce)
        try #require(reply.status == 200, "\(reply.text)")
        return try reply.string("c_nonce")
    }

    /// A good credential request that a test may change before it is sent.
    func credentialCall(_ token: String, _ configuration: String = "card") async throws -> CredentialCall {
        CredentialCall(
            issuer: self, token: token, configuration: configuration,
            proof: ProofDraft(audience: identifier, nonce: try await nonce(), at: clock.now))
    }

    /// The credentials of a good request.
    func credential(_ token: String, _ configuration: String = "card") async throws -> [UInt8] {
        let reply = try await credentialCall(token, configuration).send()
        try #require(reply.status == 200, "\(reply.text)")
        return try #require(try CredentialResponse(parsing: reply.body).credentials.first)
    }

    /// What the operator sees of an offer.
    func timeline(of offer: MadeOffer) async throws -> [JSON] {
        try #require(try await manage(.get, "/offers/" + offer.id).json["timeline"]?.array)
    }
}

/// A reply that is not what a step of the flow gives.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let reply: Reply

    var description: String { "\(reply.status) \(reply.text)" }
}
