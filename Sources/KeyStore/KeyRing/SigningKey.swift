import CredentialFormats
package import Foundation
package import JOSE
import WireFormats
import X509

/// A key that signs credentials, decoded, with the certificates that vouch for it.
package struct SigningKey: Sendable {
    package let generation: Int
    /// The JWK thumbprint, RFC 7638, in base64url: the `kid` everywhere.
    package let keyID: String
    package let privateKey: PrivateKey
    package let publicKey: PublicKey
    /// DER, the key's own first, without the root.
    package let certificateChain: [[UInt8]]
    package let createdAt: Date
    /// The key is published before that, and signs from then on.
    package let activeFrom: Date
    /// Set if the key is to be withdrawn: from then on it neither signs nor is published.
    package let retiredAt: Date?
    package let certificateStarts: Date
    package let certificateExpires: Date
    let certificate: Certificate
    let isDevelopment: Bool

    func isPublished(at instant: Date) -> Bool {
        retiredAt.map { instant < $0 } ?? true
    }

    /// Whether the key may sign at `instant`: active, in service, and within the validity of its certificate.
    package func maySign(at instant: Date) -> Bool {
        activeFrom <= instant && isPublished(at: instant) && certificateStarts <= instant
            && instant <= certificateExpires
    }

    func issuerKey(of issuer: IssuerIdentity) -> IssuerKey {
        IssuerKey(
            signer: privateKey, keyID: keyID, certificateChain: certificateChain, issuerURL: issuer.url,
            issuerDID: issuer.did)
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "SigningKey(generation: \(generation), keyID: \(keyID))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension PublicKey {
    /// The base64url text of the JWK thumbprint.
    var keyID: String { Base64URL.encode(thumbprint) }
}
