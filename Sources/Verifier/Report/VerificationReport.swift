package import Foundation
package import JOSE
package import WireFormats

/// What a verifier found out about one credential.
package struct VerificationReport: Sendable {
    package let format: CredentialFormat
    /// As the credential states it; believe it only if the report is valid.
    package let issuer: String?
    package let keyUsed: KeyUsed?
    /// In the order of ``Check/Name``, each of them once.
    package let checks: [Check]
    /// Nil unless the issuer's signature was verified.
    package let content: VerifiedContent?

    /// The key that the signature was checked with.
    package struct KeyUsed: Sendable {
        package let keyID: String?
        package let algorithm: SignatureAlgorithm
        /// How the key was found, and so what the trust in it rests on.
        package let source: String
        package let thumbprint: String
    }

    /// Nothing failed, and what a credential cannot do without was checked.
    package var isValid: Bool {
        let required: [Check.Name] = [.issuerKey, .signature, .typeHeader, .dataModel, .validity]
        return content != nil && !checks.contains { $0.outcome == .failed }
            && required.allSatisfy { outcome(of: $0) == .passed }
    }

    package func outcome(of name: Check.Name) -> Check.Outcome {
        checks.first { $0.name == name }?.outcome ?? .notChecked
    }

    /// The first check that failed.
    package var failure: Check? { checks.first { $0.outcome == .failed } }
}

/// What a credential says, once its signature has been verified.
package struct VerifiedContent: Sendable {
    /// The `vct` of an SD-JWT VC, the types of a W3C credential.
    package let types: [String]
    /// `sub` or the `id` of the credential subject.
    package let subject: String?
    package let holderKey: PublicKey?
    package let issuedAt: Date?
    package let expiresAt: Date?
    /// The claims about the subject.
    package let claims: JSONObject
    /// Digests in an SD-JWT that no disclosure was given for: withheld claims and decoys.
    package let withheldCount: Int
}
