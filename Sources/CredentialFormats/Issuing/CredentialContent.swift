package import JOSE
package import WireFormats

/// What one credential says, whatever its format.
package struct CredentialContent: Sendable {
    package let claims: ClaimTree
    /// The key that the credential is bound to; nil for a bearer credential.
    package let holder: Holder?
    /// Seconds since 1970.
    package let issuedAt: Int64
    /// Seconds since 1970.
    package let expiresAt: Int64

    package struct Holder: Sendable {
        package let key: PublicKey
        /// The DID that the holder named the key by, if one was used.
        package let did: String?
        /// The key as `cnf` has it: the required members only.
        package let jwk: JSONObject

        /// - Parameter jwk: the key's required members if they are at hand, which saves computing them.
        package init(key: PublicKey, did: String?, jwk: JSONObject? = nil) {
            (self.key, self.did) = (key, did)
            self.jwk = jwk ?? key.jwk
        }
    }

    package init(claims: ClaimTree, holder: Holder?, issuedAt: Int64, expiresAt: Int64) {
        self.claims = claims
        self.holder = holder
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// The key that credentials are signed with, and the names by which verifiers find it.
package struct IssuerKey: Sendable {
    package let signer: any JWSSigner
    /// The `kid` of the key in the issuer's key set: a JWK thumbprint.
    package let keyID: String
    /// DER certificates, the signer's first, the trust anchor left out (HAIP 1.0 §6.1.1).
    package let certificateChain: [[UInt8]]
    /// The issuer as a URL, the `iss` of SD-JWT VC.
    package let issuerURL: String
    /// The issuer as a DID, the `iss` of the W3C formats.
    package let issuerDID: String

    package init(
        signer: any JWSSigner, keyID: String, certificateChain: [[UInt8]], issuerURL: String, issuerDID: String
    ) {
        self.signer = signer
        self.keyID = keyID
        self.certificateChain = certificateChain
        self.issuerURL = issuerURL
        self.issuerDID = issuerDID
    }
}

/// One format of one credential configuration with the key it is signed with: what can be computed once is.
package protocol CredentialEncoder: Sendable {
    /// The credential as it stands in a credential response, ASCII bytes.
    func issue(_ content: CredentialContent) throws -> [UInt8]
}
