import Foundation
package import JOSE
package import Verifier

/// What came of what the holder agreed to: every credential of it is in one of the two.
package struct IssuanceOutcome: Sendable {
    package let received: [ReceivedCredential]
    package let refused: [RefusedCredential]
}

/// A credential that the wallet fetched and verified, ready to be stored.
package struct ReceivedCredential: Sendable {
    package let offered: OfferedCredential
    /// The credential issuer identifier.
    package let issuer: String
    package let issuerName: String?
    /// As it was issued.
    package let credential: [UInt8]
    /// The key it is bound to; nil for a bearer credential.
    package let key: PrivateKey?
    package let report: VerificationReport
    package let content: VerifiedContent
    /// What gets it again; nil if that takes its holder.
    package let renewal: CredentialRenewal?
}

/// A credential of the offer that was not received, or not worth keeping.
package struct RefusedCredential: Sendable {
    package let offered: OfferedCredential
    package let refusal: WalletRefusal
}
