import Foundation
import HTTPTypes
package import OAuth

/// Checks DPoP proofs at one endpoint of the authorization server, RFC 9449 §5.
package struct ProofOfPossession: Sendable {
    let nonces: DPoPNonces
    /// The endpoint's public address.
    let url: String

    package init(nonces: DPoPNonces, url: String) {
        self.nonces = nonces
        self.url = url
    }

    /// The proof of a request; nil if it has none.
    ///
    /// - Throws: ``ProofRefusal``.
    func verify(_ request: EndpointRequest, at instant: Date) throws(ProofRefusal) -> DPoPProof? {
        guard DPoPProof.isPresent(in: request) else { return nil }
        do throws(DPoPRefusal) {
            let proof = try DPoPProof(
                in: request,
                expecting: DPoPProof.Expectation(
                    method: request.method, url: url, accessToken: nil, now: instant,
                    maximumAge: DPoPProof.lifetime, clockSkew: DPoPProof.skew))
            try nonces.check(proof.nonce, at: instant)
            return proof
        } catch {
            throw ProofRefusal(refusal: error, nonce: error.asksForNonce ? nonces.fresh(at: instant) : nil)
        }
    }

    /// RFC 9449 §8.2: the next nonce comes with an answer, before it is asked for.
    func addNonce(to response: inout EndpointResponse, after proof: DPoPProof?, at instant: Date) {
        if nonces.areRequired || proof != nil { response.headers[.dpopNonce] = nonces.fresh(at: instant) }
    }
}

/// Why a proof is refused, with the nonce to try again with.
package struct ProofRefusal: Refusal, Equatable {
    package let refusal: DPoPRefusal
    let nonce: String?

    package var wire: WireRefusal { nonce.map { refusal.wire.with(.dpopNonce, $0) } ?? refusal.wire }
    package var reason: String { refusal.reason }
}

extension DPoPRefusal {
    fileprivate var asksForNonce: Bool { self == .nonceNeeded || self == .nonceUnusable }
}
