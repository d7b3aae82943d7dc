package import Foundation
import HTTPTypes
package import OAuth
import WireFormats

/// Nonce endpoint, OpenID4VCI 1.0 §7 (#nonce-endpoint).
///
/// A nonce is a ticket: nothing is stored until it is spent, so a flood of requests costs the database nothing.
package struct NonceEndpoint: Sendable {
    let nonces: TicketMint
    /// The next proof of possession may need one too (OpenID4VCI 1.0 §7.2).
    let proofs: DPoPNonces
    let now: @Sendable () -> Date

    package init(nonces: TicketMint, proofs: DPoPNonces, now: @escaping @Sendable () -> Date) {
        self.nonces = nonces
        self.proofs = proofs
        self.now = now
    }

    package func respond() -> EndpointResponse {
        let instant = now()
        var writer = JSONWriter(capacity: 80)
        writer.raw("{\"c_nonce\":")
        writer.string(nonces.mint(at: instant).text)
        writer.raw("}")
        var response = EndpointResponse.privateJSON(writer.bytes)
        if proofs.areRequired { response.headers[.dpopNonce] = proofs.fresh(at: instant) }
        return response
    }
}
