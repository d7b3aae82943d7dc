package import Foundation
import HTTPTypes
import JOSE
package import OAuth

/// Where the grants of one kind of access token are found.
package protocol AccessTokenSource: Sendable {
    /// The grant of a token; nil if it is not of this kind, or is unknown, expired or revoked.
    func grant(of token: String, at instant: Date) async throws -> AccessGrant?
}

/// The access tokens that come from pre-authorized codes: the offer's identifier under a MAC.
package struct OfferTokens: AccessTokenSource {
    let tokens: TicketMint
    let grants: any AccessGrantSource

    package init(tokens: TicketMint, grants: any AccessGrantSource) {
        self.tokens = tokens
        self.grants = grants
    }

    package func grant(of token: String, at instant: Date) async throws -> AccessGrant? {
        guard let id = tokens.recognise(token) else { return nil }
        return try await grants.grant(for: id)
    }
}

/// What a request has shown, and what is used up by showing it.
package struct AuthenticatedAccess: Sendable {
    package let grant: AccessGrant
    /// The DPoP proof; spent with whatever is done under it.
    package let uses: [SingleUse]

    /// What the token was presented by: a bound one is taken by no other.
    var scheme: AccessTokenPresentation.Scheme { grant.keyThumbprint == nil ? .bearer : .dpop }
}

/// Finds who may have what: the access token of a request, RFC 6750 and RFC 9449 §7.
package struct AccessTokenAuthentication: Sendable {
    let sources: [any AccessTokenSource]
    let nonces: DPoPNonces
    /// The public address of the endpoint, which proofs are for.
    let url: String

    package init(sources: [any AccessTokenSource], nonces: DPoPNonces, url: String) {
        self.sources = sources
        self.nonces = nonces
        self.url = url
    }

    func authenticate(_ request: EndpointRequest, at instant: Date) async throws -> AuthenticatedAccess {
        let presented: AccessTokenPresentation
        do throws(AccessTokenPresentation.Malformation) {
            presented = try AccessTokenPresentation(in: request)
        } catch {
            throw CredentialRefusal.token(error)
        }
        guard let grant = try await grant(of: presented.text, at: instant) else {
            throw CredentialRefusal.unknownToken(presented.scheme)
        }
        guard grant.expiresAt > instant else { throw CredentialRefusal.expiredToken(presented.scheme) }
        guard let thumbprint = grant.keyThumbprint else {
            // RFC 9449 §7.1: only a bound token is presented by that scheme.
            guard presented.scheme == .bearer else { throw CredentialRefusal.tokenNotBound }
            return AuthenticatedAccess(grant: grant, uses: [])
        }
        // RFC 9449 §7.2: a bound token is no bearer token.
        guard presented.scheme == .dpop else { throw CredentialRefusal.tokenIsBound }
        let proof = try prove(request, presented.text, thumbprint, at: instant)
        return AuthenticatedAccess(grant: grant, uses: [proof])
    }

    private func grant(of token: String, at instant: Date) async throws -> AccessGrant? {
        for source in sources {
            if let grant = try await source.grant(of: token, at: instant) { return grant }
        }
        return nil
    }

    private func prove(
        _ request: EndpointRequest, _ token: String, _ thumbprint: [UInt8], at instant: Date
    ) throws -> SingleUse {
        do throws(DPoPRefusal) {
            let proof = try DPoPProof(
                in: request,
                expecting: DPoPProof.Expectation(
                    method: request.method, url: url, accessToken: token, now: instant,
                    maximumAge: DPoPProof.lifetime, clockSkew: DPoPProof.skew))
            guard constantTimeEqual(proof.thumbprint, thumbprint) else { throw DPoPRefusal.otherKey }
            try nonces.check(proof.nonce, at: instant)
            return proof.use
        } catch .nonceNeeded {
            throw CredentialRefusal.proofNonce(.nonceNeeded, fresh: nonces.fresh(at: instant))
        } catch .nonceUnusable {
            throw CredentialRefusal.proofNonce(.nonceUnusable, fresh: nonces.fresh(at: instant))
        } catch {
            throw CredentialRefusal.possession(error)
        }
    }
}
