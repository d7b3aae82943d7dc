import Crypto
import Foundation
import JOSE
import SwiftASN1
import WireFormats
@_spi(FixedExpiryValidationTime) import X509

/// Why a certificate chain does not vouch for a key.
package enum CertificateRefusal: Error, Equatable, Sendable {
    case none
    case tooLong
    case malformed
    /// HAIP 1.0 §6.1.1: the signer's certificate must not be self-signed.
    case selfSigned
    case notForSignatures
    case unsupportedKey
    /// No valid path to a trust anchor at that time.
    case noPath
    /// The certificate is of another issuer than the credential names.
    case otherIssuer

    package var explanation: String {
        switch self {
        case .none: "the credential carries no certificate"
        case .tooLong: "the certificate chain is too long"
        case .malformed: "the certificate chain is malformed"
        case .selfSigned: "the signer's certificate is self-signed"
        case .notForSignatures: "the signer's certificate is not for signatures"
        case .unsupportedKey: "the signer's certificate has a key of an unsupported type"
        case .noPath: "no valid path leads from the signer's certificate to a trusted one"
        case .otherIssuer: "the signer's certificate does not name the issuer of the credential"
        }
    }
}

/// The `x5c` of a credential checked against trust anchors: RFC 5280 §6, and the name of the issuer.
struct CertificatePath: Sendable {
    private static let maximumLength = 8

    let anchors: [Certificate]

    func findKey(for query: IssuerKeyQuery) async throws(CertificateRefusal) -> IssuerKeyFinding {
        guard !query.certificateChain.isEmpty else { throw .none }
        guard query.certificateChain.count <= Self.maximumLength else { throw .tooLong }
        let chain = query.certificateChain.compactMap { try? Certificate(derEncoded: $0) }
        guard chain.count == query.certificateChain.count, let leaf = chain.first else { throw .malformed }
        guard leaf.issuer != leaf.subject else { throw .selfSigned }
        guard try Self.maySign(leaf) else { throw .notForSignatures }
        guard let key = PublicKey(leaf.publicKey) else { throw .unsupportedKey }
        let anchor = try await anchor(of: leaf, through: Array(chain.dropFirst()), at: query.instant)
        let names = SubjectNames(of: leaf)
        if let issuer = query.issuer, !names.include(issuer) { throw .otherIssuer }
        return IssuerKeyFinding(
            key: key, source: "in a certificate that leads to the trusted \(anchor.subject)",
            certifiedName: names.uris.first ?? "\(leaf.subject)")
    }

    private func anchor(
        of leaf: Certificate, through intermediates: [Certificate], at instant: Date
    ) async throws(CertificateRefusal) -> Certificate {
        var verifier = X509.Verifier(rootCertificates: CertificateStore(anchors)) {
            RFC5280Policy(fixedExpiryValidationTime: instant)
        }
        switch await verifier.validate(leaf: leaf, intermediates: CertificateStore(intermediates)) {
        case .validCertificate(let chain): return chain.root
        case .couldNotValidate: throw .noPath
        }
    }

    private static func maySign(_ leaf: Certificate) throws(CertificateRefusal) -> Bool {
        do {
            return try leaf.extensions.keyUsage?.digitalSignature ?? true
        } catch {
            throw .malformed
        }
    }
}

/// The names that a certificate binds its key to, RFC 5280 §4.2.1.6.
private struct SubjectNames {
    private(set) var uris: [String] = []
    private var hosts: [String] = []

    init(of certificate: Certificate) {
        for name in (try? certificate.extensions.subjectAlternativeNames) ?? SubjectAlternativeNames() {
            switch name {
            case .uniformResourceIdentifier(let uri): uris.append(uri)
            case .dnsName(let host): hosts.append(host.lowercased())
            default: break
            }
        }
    }

    /// Whether `issuer` is one of the URIs, or an https address or did:web at one of the hosts. A did:web is at the URI
    /// too that it was made from.
    func include(_ issuer: String) -> Bool {
        if uris.contains(where: { $0.hasSameBytes(as: issuer) }) { return true }
        guard let web = DIDWeb(issuer) else {
            return (try? WebAddress(issuer)).map { hosts.contains($0.host) } ?? false
        }
        return uris.contains { (try? WebAddress($0)).map(web.isAt) ?? false }
            || (try? WebAddress("https://" + web.authority)).map { hosts.contains($0.host) } ?? false
    }
}

extension PublicKey {
    fileprivate init?(_ key: Certificate.PublicKey) {
        if let key = P256.Signing.PublicKey(key) {
            self = .p256(key)
        } else if let key = P384.Signing.PublicKey(key) {
            self = .p384(key)
        } else if let key = Curve25519.Signing.PublicKey(key) {
            let jwk: JSONObject = [
                "kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(key.rawRepresentation)),
            ]
            // By way of the JWK, which refuses keys of small order.
            guard let checked = try? PublicKey(jwk: jwk) else { return nil }
            self = checked
        } else {
            return nil
        }
    }
}
