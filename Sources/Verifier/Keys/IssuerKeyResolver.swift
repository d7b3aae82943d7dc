package import Foundation
package import JOSE

/// Finds the key that an issuer signs with: by trust that was configured, or by what the issuer publishes.
package protocol IssuerKeyResolver: Sendable {
    func findKey(for query: IssuerKeyQuery) async throws(IssuerKeyRefusal) -> IssuerKeyFinding
}

/// What a credential says about its issuer and the issuer's key. Nothing of it is verified.
package struct IssuerKeyQuery: Sendable {
    /// `iss` or `issuer`; SD-JWT VC lets it be absent when there is a certificate.
    package let issuer: String?
    package let keyID: String?
    package let algorithm: SignatureAlgorithm
    /// The `x5c` of the header, DER, the signer's first; empty if there is none.
    package let certificateChain: [[UInt8]]
    package let instant: Date

    package init(
        issuer: String?, keyID: String?, algorithm: SignatureAlgorithm, certificateChain: [[UInt8]], instant: Date
    ) {
        self.issuer = issuer
        self.keyID = keyID
        self.algorithm = algorithm
        self.certificateChain = certificateChain
        self.instant = instant
    }
}

/// A key that a resolver stands for, and why.
package struct IssuerKeyFinding: Sendable {
    package let key: PublicKey
    /// A clause for people: "published by https://… ".
    package let source: String
    /// The name in the certificate, for a credential without `iss`.
    package let certifiedName: String?

    package init(key: PublicKey, source: String, certifiedName: String? = nil) {
        (self.key, self.source, self.certifiedName) = (key, source, certifiedName)
    }
}

/// Why there is no key to check a credential's signature with.
package enum IssuerKeyRefusal: Error, Equatable, Sendable {
    case noIssuer
    case unsupportedIssuer
    /// The header names no key; a default one is never used.
    case noKeyID
    case unknownKeyID
    case keyOfOtherIssuer
    case jwk(JWKRefusal)
    case did(DIDRefusal)
    case certificate(CertificateRefusal)
    case fetch(FetchFailure, url: String)
    case status(Int, url: String)
    case malformedDocument(url: String)
    /// The document says that it is somebody else's.
    case documentOfOtherIssuer(url: String)

    package var explanation: String {
        switch self {
        case .noIssuer: "the credential does not name its issuer"
        case .unsupportedIssuer:
            "the issuer is named by something other than an https address, did:web, did:jwk or did:key"
        case .noKeyID: "the credential does not say which of the issuer's keys signed it"
        case .unknownKeyID: "the issuer's keys do not include the one that the credential names"
        case .keyOfOtherIssuer: "the key that the credential names belongs to another issuer"
        case .jwk: "the issuer's key is not a public signature key of a supported type"
        case .did: "the issuer's DID does not contain the key that the credential names"
        case .certificate(let refusal): refusal.explanation
        case .fetch(let failure, let url): "\(url) could not be fetched: \(failure.explanation)"
        case .status(let status, let url): "\(url) answered with status \(status)"
        case .malformedDocument(let url): "\(url) is not a document with the issuer's keys"
        case .documentOfOtherIssuer(let url): "\(url) is about another issuer"
        }
    }
}
