import JOSE
import OpenID4VCI
import WireFormats

/// An access token with what it takes to use it.
struct IssuanceAccess: Sendable {
    let token: String
    /// The key that the token is bound to, RFC 9449 §6; nil for a bearer token.
    let key: PrivateKey?
    /// Who asks, as the proofs of the holder's keys say it; nil for an anonymous wallet.
    let clientID: String?
    /// By configuration: what the token response calls its credentials, OpenID4VCI 1.0 §6.2. Requests then go by these.
    let identifiers: [(configurationID: String, identifier: String)]
    /// Drafts before the nonce endpoint gave it here.
    let nonce: String?

    func identifier(for configurationID: String) -> String? {
        identifiers.first { $0.configurationID.hasSameBytes(as: configurationID) }?.identifier
    }

    func identification(of configurationID: String) -> CredentialRequest.Identification {
        identifier(for: configurationID).map { .identifier($0) } ?? .configurationID(configurationID)
    }
}
