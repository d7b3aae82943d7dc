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
        let grant = try await access.authenticate(request, at: instant)
        do {
            let message = try decode(request)
            let order = try issuance.authorize(message, under: grant)
            let holders = try issuance.verifyProofs(of: order, at: instant)
            return try await issuance.issue(order, to: holders, at: instant).response
        } catch let refusal as CredentialRefusal {
            try await issuance.note(refusal, under: grant, at: instant)
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

/// Finds who may have what: the access token of a request, RFC 6750.
package struct AccessTokenAuthentication: Sendable {
    let tokens: TicketMint
    let grants: any AccessGrantSource

    package init(tokens: TicketMint, grants: any AccessGrantSource) {
        self.tokens = tokens
        self.grants = grants
    }

    func authenticate(_ request: EndpointRequest, at instant: Date) async throws -> AccessGrant {
        let presented: BearerToken
        do throws(BearerToken.Malformation) {
            presented = try BearerToken(in: request)
        } catch {
            throw CredentialRefusal.token(error)
        }
        guard let token = tokens.recognise(presented.text), let grant = try await grants.grant(for: token) else {
            throw CredentialRefusal.unknownToken
        }
        guard grant.expiresAt > instant else { throw CredentialRefusal.expiredToken }
        return grant
    }
}
