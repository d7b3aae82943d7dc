package import Foundation
import HTTPTypes
import JOSE
package import OAuth
import WireFormats

/// Who is logged in, and what proofs were used: what the vault needs to know of sessions.
package protocol VaultSessions: Sendable {
    /// The person of a session that has not ended; nil if it has.
    func person(of session: TicketID, at instant: Date) async throws -> String?

    /// False if the proof was used before.
    func spend(_ proof: SingleUse, at instant: Date) async throws -> Bool
}

/// The person that a request to the vault comes from.
package struct VaultOwner: Sendable, Equatable {
    let person: String
}

/// Gives tokens for the vault, and authenticates requests by them (RFC 9449 §7). Every request has a proof of its own.
package struct VaultAccess: Sendable {
    let tokens: VaultTokens
    let sessions: any VaultSessions
    let nonces: DPoPNonces
    /// The server's public address.
    let publicURL: String

    package init(tokens: VaultTokens, sessions: any VaultSessions, nonces: DPoPNonces, publicURL: String) {
        self.tokens = tokens
        self.sessions = sessions
        self.nonces = nonces
        self.publicURL = publicURL
    }

    /// A token for the page of a session; the request has shown already that it comes from there.
    ///
    /// - Parameter path: below the public address, as the proof must name it.
    package func respond(
        to request: EndpointRequest, at path: String, session: TicketID, at instant: Date
    ) async throws -> EndpointResponse {
        let proof = try await prove(request, at: path, token: nil, key: nil, at: instant)
        let token = tokens.token(session: session, keyThumbprint: proof.thumbprint, at: instant)
        return .privateJSON([
            "access_token": .string(token), "token_type": "DPoP", "expires_in": .integer(Int64(VaultTokens.lifetime)),
        ])
    }

    func authenticate(
        _ request: EndpointRequest, at path: String, at instant: Date
    ) async throws -> VaultOwner {
        let presented: AccessTokenPresentation
        do throws(AccessTokenPresentation.Malformation) {
            presented = try AccessTokenPresentation(in: request)
        } catch {
            throw VaultAccessRefusal.presentation(error)
        }
        guard presented.scheme == .dpop, let token = tokens.read(presented.text, at: instant) else {
            throw VaultAccessRefusal.token
        }
        _ = try await prove(request, at: path, token: presented.text, key: token.keyThumbprint, at: instant)
        guard let person = try await sessions.person(of: token.session, at: instant) else {
            throw VaultAccessRefusal.token
        }
        return VaultOwner(person: person)
    }

    private func prove(
        _ request: EndpointRequest, at path: String, token: String?, key: [UInt8]?, at instant: Date
    ) async throws -> DPoPProof {
        let proof: DPoPProof
        do throws(DPoPRefusal) {
            proof = try DPoPProof(
                in: request,
                expecting: DPoPProof.Expectation(
                    method: request.method, url: publicURL + path, accessToken: token, now: instant,
                    maximumAge: DPoPProof.lifetime, clockSkew: DPoPProof.skew, algorithms: [.es256]))
            if let key, !constantTimeEqual(proof.thumbprint, key) { throw DPoPRefusal.otherKey }
            try nonces.check(proof.nonce, at: instant)
        } catch {
            throw VaultAccessRefusal.possession(error, fresh: nonces.fresh(at: instant))
        }
        guard try await sessions.spend(proof.use, at: instant) else {
            throw VaultAccessRefusal.possession(.replayed, fresh: nonces.fresh(at: instant))
        }
        return proof
    }
}

/// Why a request does not get to the vault.
package enum VaultAccessRefusal: Refusal, Equatable {
    case presentation(AccessTokenPresentation.Malformation)
    /// Unknown, over, of a session that has ended, or sent as a bearer token.
    case token
    case possession(DPoPRefusal, fresh: String)

    package var wire: WireRefusal {
        switch self {
        case .presentation(let malformation): malformation.wire(dpopAlgorithms: [.es256])
        case .token:
            WireRefusal(
                .unauthorized, "invalid_token", "The access token is unknown or over",
                challenge: .dpop(algorithms: [.es256]))
        case .possession(let refusal, let fresh):
            refusal == .nonceNeeded || refusal == .nonceUnusable
                ? refusal.resourceWire(algorithms: [.es256]).with(.dpopNonce, fresh)
                : refusal.resourceWire(algorithms: [.es256])
        }
    }

    package var reason: String {
        switch self {
        case .presentation(let malformation): malformation.reason
        case .token: "vault token unknown or over"
        case .possession(let refusal, _): refusal.reason
        }
    }
}
