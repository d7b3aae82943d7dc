package import Foundation

extension DPoPProof {
    /// Seconds that a proof is taken after it was made.
    package static let lifetime: TimeInterval = 60
    /// Seconds by which a client's clock may be ahead.
    package static let skew: TimeInterval = 10

    /// What is spent when the proof is: RFC 9449 §11.1.
    package var use: SingleUse {
        SingleUse(
            .dpopProof, of: thumbprint, identifier: identifier,
            expiresAt: issuedAt.addingTimeInterval(Self.lifetime + Self.skew))
    }
}
