package import Foundation

/// The nonces of RFC 9449 §8: recognised by their MAC, and taken for as long as they are fresh.
package struct DPoPNonces: Sendable {
    private let mint: TicketMint
    /// Proofs without one are refused.
    package let areRequired: Bool
    private let lifetime: TimeInterval

    /// - Parameter lifetime: seconds.
    package init(mint: TicketMint, areRequired: Bool, lifetime: TimeInterval = 300) {
        self.mint = mint
        self.areRequired = areRequired
        self.lifetime = lifetime
    }

    /// What `DPoP-Nonce` is to say.
    package func fresh(at instant: Date) -> String { mint.mint(at: instant).text }

    /// - Throws: ``DPoPRefusal/nonceNeeded`` and ``DPoPRefusal/nonceUnusable``.
    package func check(_ nonce: String?, at instant: Date) throws(DPoPRefusal) {
        guard let nonce else {
            if areRequired { throw .nonceNeeded }
            return
        }
        guard let made = mint.recognise(nonce)?.madeAt, instant.timeIntervalSince(made) <= lifetime else {
            throw .nonceUnusable
        }
    }
}
