package import Foundation
package import OAuth
import WireFormats

/// Nonce endpoint, OpenID4VCI 1.0 §7 (#nonce-endpoint).
///
/// A nonce is a ticket: nothing is stored until it is spent, so a flood of requests costs the database nothing.
package struct NonceEndpoint: Sendable {
    let nonces: TicketMint
    let now: @Sendable () -> Date

    package init(nonces: TicketMint, now: @escaping @Sendable () -> Date) {
        self.nonces = nonces
        self.now = now
    }

    package func respond() -> EndpointResponse {
        var writer = JSONWriter(capacity: 80)
        writer.raw("{\"c_nonce\":")
        writer.string(nonces.mint(at: now()).text)
        writer.raw("}")
        return .privateJSON(writer.bytes)
    }
}
