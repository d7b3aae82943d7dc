import Foundation
import HTTPTypes
import OAuth
import OpenID4VCI
import Portal
import Verifier
import WalletClient
import WireFormats

/// Offers that the issuer makes for a person under the person's own access token.
struct IssuerOffers: PortalOffers {
    private static let maximumLinkBytes = 2048
    private static let maximumTxCodeBytes = 32

    let flow: AuthorizationCodeIssuance
    let exchange: any HTTPExchange
    /// Where they are made.
    let endpoint: String

    /// Whatever is there answers a GET with something else than "not found".
    func areMade() async -> Bool {
        guard (try? WebAddress(checking: endpoint)) != nil,
            let response = try? await exchange.send(
                ExchangeRequest(.get, endpoint, headers: [.accept: "application/json"]))
        else { return false }
        return response.status != 404 && response.status != 410 && response.status < 500
    }

    func offer(of credentialID: String, with access: JSON) async throws(WalletOfferRefusal) -> WalletOffer {
        guard let authorized = AuthorizedIssuance(json: access) else { throw .refused(reason: "no access") }
        let body: JSON = ["credential_configuration_ids": [.string(credentialID)], "tx_code": true]
        let request = ExchangeRequest(
            .post, endpoint, headers: [.accept: "application/json", .contentType: "application/json"],
            body: body.encoded())
        let response: ExchangeResponse
        do throws(WalletRefusal) {
            response = try await flow.send(request, under: authorized)
        } catch {
            throw .refused(reason: error.sentence)
        }
        guard response.status == 201 || response.status == 200 else {
            throw response.status == 404 ? .notMadeHere : .refused(reason: "status \(response.status)")
        }
        return try Self.offer(in: response.body)
    }

    private static func offer(in body: [UInt8]) throws(WalletOfferRefusal) -> WalletOffer {
        guard let json = try? JSON(parsing: body), let link = json["credential_offer_link"]?.string,
            // It becomes a link of the page, so it must not be anything else that a browser would follow.
            link.hasPrefix(CredentialOfferLink.scheme + "://"), link.utf8.count <= maximumLinkBytes,
            (try? CredentialOfferLink(parsing: link)) != nil,
            let end = json["expires_at"]?.string.flatMap({ try? Date($0, strategy: .iso8601) })
        else { throw .refused(reason: "the issuer's answer is no offer") }
        let txCode = json["tx_code"]?.string
        guard txCode?.utf8.count ?? 0 <= maximumTxCodeBytes else {
            throw .refused(reason: "the issuer's answer is no offer")
        }
        return WalletOffer(link: link, txCode: txCode, expiresAt: end)
    }
}
