import Crypto
import Foundation
import JOSE
import SwiftASN1
import X509

/// A certificate authority of the issuer's own, so that `x5c` works before anybody has bought a certificate.
///
/// Its root is P-256, self-signed, and may certify signing keys only (path length 0). Verifiers that trust the root
/// trust this issuer and nothing else.
struct DevelopmentAuthority: Sendable {
    static let rootLifetime = Duration.seconds(3652 * 86_400)
    /// The longest that public authorities may issue for is 398 days (CA/Browser Forum baseline requirements §6.3.2).
    static let leafLifetime = Duration.seconds(397 * 86_400)
    /// How far certificates are dated back, for verifiers whose clocks are behind.
    static let backdating = Duration.seconds(3600)

    let key: P256.Signing.PrivateKey
    let root: Certificate
    let rootDER: [UInt8]

    /// An authority made before.
    /// - Throws: if the DER is no certificate.
    init(key: P256.Signing.PrivateKey, rootDER: [UInt8]) throws {
        self.key = key
        self.root = try Certificate(derEncoded: rootDER)
        self.rootDER = rootDER
    }

    /// A new authority for `organizationName`.
    static func make(
        key: P256.Signing.PrivateKey, organizationName: String, at instant: Date
    ) throws -> DevelopmentAuthority {
        let name = try commonName(organizationName, suffix: " development root")
        let start = instant.advanced(by: .zero - backdating)
        let publicKey = Certificate.PublicKey(key.publicKey)
        let root = try Certificate(
            version: .v3,
            serialNumber: randomSerialNumber(),
            publicKey: publicKey,
            notValidBefore: start,
            notValidAfter: start.advanced(by: rootLifetime),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: publicKey)
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        return try DevelopmentAuthority(key: key, rootDER: root.der)
    }

    /// A certificate for a key that signs credentials: digital signature only, named by host and URL of the issuer.
    ///
    /// Verifiers of SD-JWT VC that rely on `x5c` compare one of these names with `iss`, as its drafts have asked.
    func certify(_ publicKey: JOSE.PublicKey, of issuer: IssuerIdentity, at instant: Date) throws -> Certificate {
        let start = max(instant.advanced(by: .zero - Self.backdating), root.notValidBefore)
        let certified = publicKey.certificateKey
        return try Certificate(
            version: .v3,
            serialNumber: Self.randomSerialNumber(),
            publicKey: certified,
            notValidBefore: start,
            notValidAfter: min(start.advanced(by: Self.leafLifetime), root.notValidAfter),
            issuer: root.subject,
            subject: Self.commonName(issuer.organizationName, suffix: ""),
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(KeyUsage(digitalSignature: true))
                SubjectAlternativeNames([issuer.hostName, .uniformResourceIdentifier(issuer.url)])
                SubjectKeyIdentifier(hash: certified)
                AuthorityKeyIdentifier(keyIdentifier: try root.extensions.subjectKeyIdentifier?.keyIdentifier)
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
    }

    /// Whether `certificate` names this authority's key as its issuer's.
    func isIssuer(of certificate: Certificate) -> Bool {
        guard let own = try? root.extensions.subjectKeyIdentifier,
            let named = try? certificate.extensions.authorityKeyIdentifier
        else { return false }
        return certificate.issuer == root.subject && named.keyIdentifier == own.keyIdentifier
    }

    /// Whether a certificate made at `instant` would be valid from then on for its whole lifetime. It would not be if
    /// the root is old, or was made while the clock was ahead.
    func canCertify(at instant: Date) -> Bool {
        root.notValidBefore <= instant && root.notValidAfter >= instant.advanced(by: Self.leafLifetime)
    }

    /// RFC 5280 §4.1.2.2: positive and at most 20 bytes. The second bit is set so that it is exactly 20.
    private static func randomSerialNumber() -> Certificate.SerialNumber {
        var bytes = secureRandomBytes(20)
        bytes[0] = bytes[0] & 0x3F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    /// RFC 5280 Appendix A.1, `ub-common-name`: at most 64 characters. It is the organization that is cut.
    private static func commonName(_ organizationName: String, suffix: String) throws -> DistinguishedName {
        let room = 64 - suffix.unicodeScalars.count
        let organization = String(String.UnicodeScalarView(organizationName.unicodeScalars.prefix(room)))
        return try DistinguishedName { CommonName(organization + suffix) }
    }
}

extension Date {
    /// The same instant `duration` later, in whole seconds as certificates and records count.
    func advanced(by duration: Duration) -> Date {
        Date(timeIntervalSince1970: Double(secondsSince1970 + duration.components.seconds))
    }

    var secondsSince1970: Int64 { Int64(timeIntervalSince1970.rounded(.down)) }

    init(secondsSince1970 seconds: Int64) {
        self.init(timeIntervalSince1970: Double(seconds))
    }
}
