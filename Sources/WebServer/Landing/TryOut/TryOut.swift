import CredentialIssuer
import Foundation
import HTTPTypes
import OAuth
import OpenID4VCI
import WireFormats

/// Trying the issuer with a sample person: makes an offer and shows what becomes of it.
struct TryOut: Sendable {
    let offers: Offers
    let offerByValue: @Sendable (StoredOffer) -> CredentialOffer
    let people: [TryOutPerson]
    let cards: [CredentialCard]
    let address: PublicAddress
    let page: OfferPage
    let now: @Sendable () -> Date

    /// `POST /try`: makes the offer and sends the visitor to its page.
    func create(from request: EndpointRequest, for visit: Visit) async throws -> EndpointResponse {
        guard SameOrigin.check(request, at: address) else { throw PageProblem.crossSite }
        let order = try TryOutOrder(decoding: request, people: people, cards: cards)
        let created = try await makeOffer(order)
        let path = address.path + "/try/" + created.id.text
        var response = EndpointResponse(
            status: .seeOther, headers: [.location: path + visit.query, .cacheControl: "no-store"])
        if let txCode = created.txCode {
            let cookie = TxCodeCookie(path: path, isSecure: address.isSecure)
            response.headers[.setCookie] = cookie.setting(txCode, until: created.expiresAt, at: now())
        }
        return response
    }

    private func makeOffer(_ order: TryOutOrder) async throws -> Offers.Created {
        do {
            return try await offers.create(
                Offers.Order(
                    credentialConfigurationIDs: [order.credential.configuration.id],
                    subject: .registry(id: order.person.id), wantsTxCode: order.wantsTxCode))
        } catch OfferRefusal.claims {
            throw PageProblem.claimsUnavailable
        }
    }

    /// `GET /try/{id}`.
    func show(
        _ id: some StringProtocol, to visit: Visit, asking request: EndpointRequest
    ) async throws -> EndpointResponse {
        guard let found = try await find(id) else { throw PageProblem.unknownOffer }
        let subject = OfferPage.Subject(
            offer: found.offer, status: found.status, person: found.person,
            card: cards.first { found.offer.credentialConfigurationIDs.contains($0.configuration.id) },
            byReference: CredentialOfferLink.byReference(uri: offers.uri(of: found.offer.id)).text,
            byValue: CredentialOfferLink.byValue(offerByValue(found.offer)).text,
            txCode: found.offer.txCodeMAC == nil ? nil : TxCodeCookie.code(in: request))
        return page.response(showing: subject, for: visit)
    }

    /// `GET /try-status/{id}`: what the page's script asks for every other second.
    func status(of id: some StringProtocol, for visit: Visit) async throws -> EndpointResponse {
        guard let found = try await find(id) else {
            let text = visit.texts["problem_unknown_offer"]
            return .privateJSON(
                ["state": "unknown", "step": "unknown", "text": .string(text), "final": true], status: .notFound)
        }
        return .privateJSON([
            "state": .string(found.status.step.state), "step": .string(found.status.step.rawValue),
            "text": .string(found.status.text(in: visit.texts)), "final": .bool(found.status.step.isFinal),
        ])
    }

    private struct Found {
        let offer: StoredOffer
        let status: OfferStatus
        let person: TryOutPerson
    }

    /// An offer to a sample person. What an operator offers to others is not for visitors to see.
    private func find(_ text: some StringProtocol) async throws -> Found? {
        guard let id = TicketID(text: text), let (offer, timeline) = try await offers.show(id),
            case .registry(let personID)? = offer.subject, let person = people.first(where: { $0.id == personID })
        else { return nil }
        return Found(offer: offer, status: OfferStatus(of: offer, timeline: timeline, at: now()), person: person)
    }
}
