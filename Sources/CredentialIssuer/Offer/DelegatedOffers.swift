package import Foundation
import HTTPTypes
package import OAuth
import OpenID4VCI
import TransactionTimeline
import WireFormats

/// Lets a service that acts for a person, such as a portal, hand a credential on to the person's wallet: with the
/// person's access token it gets an offer of what the token is for.
package struct DelegatedOffers: Sendable {
    let access: AccessTokenAuthentication
    let offers: Offers
    let store: any IssuanceStore
    let now: @Sendable () -> Date

    package init(
        access: AccessTokenAuthentication, offers: Offers, store: any IssuanceStore,
        now: @escaping @Sendable () -> Date
    ) {
        self.access = access
        self.offers = offers
        self.store = store
        self.now = now
    }

    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let access = try await access.authenticate(request, at: instant)
        guard request.hasContentType("application/json"), let body = (try? JSON(parsing: request.body))?.object,
            let ids = body["credential_configuration_ids"]?.array?.compactMap(\.string), !ids.isEmpty
        else { throw OfferRefusal.noConfiguration }
        guard ids.allSatisfy(access.grant.credentialConfigurationIDs.contains) else {
            throw CredentialRefusal.configurationNotGranted(access.scheme)
        }
        // Spends the proof, and asks once more whether the token is still good.
        let event = TimelineEvent(
            at: instant, step: .offerCreated, detail: ["credential_configuration_ids": .array(ids.map(JSON.string))])
        switch try await store.record(Issuance(grant: access.grant, uses: access.uses, nonces: [], event: event)) {
        case .success: break
        case .failure(.proofReplayed): throw CredentialRefusal.possession(.replayed)
        case .failure: throw CredentialRefusal.revokedToken(access.scheme)
        }
        let created = try await offers.create(
            Offers.Order(
                credentialConfigurationIDs: ids, subject: access.grant.subject,
                wantsTxCode: body["tx_code"]?.bool ?? false))
        var answer: JSONObject = [
            "credential_offer_uri": .string(created.uri), "credential_offer": .string(created.valueLink),
            "credential_offer_link": .string(created.referenceLink),
            "expires_at": .string(created.expiresAt.formatted(.iso8601)),
        ]
        answer["tx_code"] = created.txCode.map(JSON.string)
        return .privateJSON(.object(answer), status: .created)
    }
}
