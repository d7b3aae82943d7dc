package import Foundation
import JOSE
package import OAuth
import OpenID4VCI
import TransactionTimeline
import WireFormats

/// Credential endpoint, OpenID4VCI 1.0 §8 (#credential-endpoint).
package struct CredentialEndpoint: Sendable {
    let access: AccessTokenAuthentication
    let issuance: CredentialIssuance
    let now: @Sendable () -> Date

    package init(
        access: AccessTokenAuthentication, issuance: CredentialIssuance, now: @escaping @Sendable () -> Date
    ) {
        self.access = access
        self.issuance = issuance
        self.now = now
    }

    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let access = try await access.authenticate(request, at: instant)
        do {
            let message = try decode(request)
            let order = try issuance.authorize(message, under: access)
            let holders = try issuance.verifyProofs(of: order, at: instant)
            return try await issuance.issue(order, to: holders, at: instant).response
        } catch let refusal as CredentialRefusal {
            try await issuance.note(refusal, under: access.grant, at: instant)
            throw refusal
        }
    }

    private func decode(_ request: EndpointRequest) throws(CredentialRefusal) -> CredentialRequest {
        do throws(CredentialRequest.Malformation) {
            return try CredentialRequest(decoding: request)
        } catch {
            throw .malformed(error)
        }
    }
}
