import Foundation
import HTTPTypes
package import JOSE
import OAuth

/// As whom the wallet shows itself to authorization servers, RFC 6749 §2.
package enum WalletClientIdentity: Sendable {
    /// By a name that anybody could give: RFC 6749 §2.1.
    case `public`(clientID: String)
    /// With a JWT signed by a key that the server knows, RFC 7523 §2.2.
    ///
    /// - Parameter keyID: `kid` of the key at the server; nil if it has but one.
    case privateKeyJWT(clientID: String, signer: any JWSSigner, keyID: String?)
    /// With an attestation by its maker: OpenID4VCI 1.0 Appendix E.
    case attested(any ClientAttestationSource)

    package var clientID: String {
        switch self {
        case .public(let clientID), .privateKeyJWT(let clientID, _, _): clientID
        case .attested(let source): source.clientID
        }
    }
}

/// Where the attestation of this instance of the wallet comes from.
package protocol ClientAttestationSource: Sendable {
    /// The `sub` of the attestations.
    var clientID: String { get }

    /// An attestation that is valid now. The key may be another the next time.
    func attestation() async throws -> ClientInstanceAttestation
}

/// A client attestation and the key that it is about, draft-ietf-oauth-attestation-based-client-auth §5.1.
package struct ClientInstanceAttestation: Sendable {
    /// The JWT, compact.
    package let jwt: String
    /// The key of its `cnf`.
    package let key: PrivateKey

    package init(jwt: String, key: PrivateKey) {
        (self.jwt, self.key) = (jwt, key)
    }
}

extension WalletClientIdentity {
    /// What goes with one request to show who sends it. Good for that request only.
    struct Credentials {
        let parameters: [(name: String, value: String)]
        var headers: HTTPFields = [:]
    }

    /// - Parameters:
    ///   - server: the authorization server's issuer identifier.
    ///   - challenge: the last one it gave for attested keys.
    func credentials(
        for server: String, challenge: String?, at instant: Date
    ) async throws(WalletRefusal) -> Credentials {
        do {
            switch self {
            case .public: return Credentials(parameters: [("client_id", clientID)])
            case .privateKeyJWT(let clientID, let signer, let keyID):
                let assertion = try ClientAssertionMaker(signer: signer, keyID: keyID, clientID: clientID)
                    .assertion(audience: server, now: instant)
                return Credentials(
                    parameters: [("client_id", clientID)] + ClientAssertionMaker.parameters(assertion))
            case .attested(let source):
                let attested = try await source.attestation()
                let proof = try ClientAttestationProofMaker(signer: attested.key, clientID: source.clientID)
                    .proof(audience: server, challenge: challenge, now: instant)
                return Credentials(
                    parameters: [("client_id", source.clientID)],
                    headers: [.clientAttestation: attested.jwt, .clientAttestationPoP: proof])
            }
        } catch {
            throw .clientAuthenticationFailed
        }
    }
}
