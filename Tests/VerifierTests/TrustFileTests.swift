import CredentialFormats
import Crypto
import Foundation
import JOSE
import SwiftASN1
import Testing
import WireFormats
import X509

@testable import Verifier

@Suite("Trust files")
struct TrustFileTests {
    private static let authority = P256.Signing.PrivateKey()
    private static let otherAuthority = P256.Signing.PrivateKey()

    /// A certificate of the seeded issuer's key, or of a named key, made by an authority of ours.
    private static func certificate(
        _ key: PrivateKey = Samples.issuer, names: [GeneralName] = [.uniformResourceIdentifier(Samples.issuerURL)],
        usage: KeyUsage = KeyUsage(digitalSignature: true), by signer: P256.Signing.PrivateKey = authority,
        issuerName: String = "Authority", subject: String = "Issuer", lifetime: TimeInterval = 86400
    ) throws -> Certificate {
        guard case .p256(let publicKey) = key.publicKey else { fatalError("seeded keys are P-256") }
        return try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(publicKey),
            notValidBefore: Samples.now - 7200, notValidAfter: Samples.now - 3600 + lifetime,
            issuer: DistinguishedName { CommonName(issuerName) }, subject: DistinguishedName { CommonName(subject) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(usage)
                SubjectAlternativeNames(names)
            }, issuerPrivateKey: .init(signer))
    }

    private static func root(
        _ key: P256.Signing.PrivateKey = authority, name: String = "Authority", signer: P256.Signing.PrivateKey? = nil,
        issuer: String? = nil
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: Samples.now - 9000,
            notValidAfter: Samples.now + 900_000, issuer: DistinguishedName { CommonName(issuer ?? name) },
            subject: DistinguishedName { CommonName(name) }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: .init(signer ?? key))
    }

    private static func trust(_ certificates: Certificate...) throws -> TrustFile {
        try TrustFile(parsing: certificates.map { try $0.serializeAsPEM().pemString }.joined(separator: "\n").bytes)
    }

    private static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    private func verify(_ chain: [Certificate], _ trust: TrustFile, at instant: Date = Samples.now) async throws
        -> VerificationReport
    {
        let credential = try Samples.sdJWT(certificates: chain.map(Self.der))
        return try await CredentialVerifier(keys: trust).verify(credential, at: instant)
    }

    @Test("A chain to a trusted authority is followed; the authority itself need not be in it")
    func chain() async throws {
        let report = try await verify([Self.certificate()], Self.trust(Self.root()))
        #expect(report.isValid)
        #expect(report.keyUsed?.source.contains("Authority") == true)
        #expect(try await verify([Self.certificate(), Self.root()], Self.trust(Self.root())).isValid)
    }

    @Test("An intermediate authority in the chain is followed")
    func intermediate() async throws {
        let intermediate = P256.Signing.PrivateKey()
        let middle = try Self.root(intermediate, name: "Middle", signer: Self.authority, issuer: "Authority")
        let leaf = try Self.certificate(by: intermediate, issuerName: "Middle")
        #expect(try await verify([leaf, middle], Self.trust(Self.root())).isValid)
        #expect(try await verify([leaf], Self.trust(Self.root())).failure?.name == .issuerKey)
    }

    @Test("A name for the host is enough, one for another host is not")
    func names() async throws {
        let trust = try Self.trust(Self.root())
        #expect(try await verify([Self.certificate(names: [.dnsName("issuer.example")])], trust).isValid)
        for names: [GeneralName] in [
            [.dnsName("other.example")], [.dnsName("example")], [.uniformResourceIdentifier("https://issuer.example")],
            [.uniformResourceIdentifier(Samples.issuerURL + "/")], [.rfc822Name("a@issuer.example")], [],
        ] {
            let report = try await verify([Self.certificate(names: names)], trust)
            #expect(report.failure?.detail == CertificateRefusal.otherIssuer.explanation)
        }
    }

    @Test("The certificate of a did:web issuer names its host or its address")
    func didWeb() async throws {
        let trust = try Self.trust(Self.root())
        for names: [GeneralName] in [[.uniformResourceIdentifier(Samples.issuerURL)], [.dnsName("issuer.example")]] {
            let key = try Samples.issuerKey(certificates: [Self.der(Self.certificate(names: names))])
            let type = W3CCredentialType(
                dataModel: .version2, types: ["VerifiableCredential"],
                contexts: ["https://www.w3.org/ns/credentials/v2"])
            let credential = try W3CJWTEncoder(key: key, type: type).issue(Samples.content())
            #expect(try await CredentialVerifier(keys: trust).verify(credential, at: Samples.now).isValid)
        }
    }

    @Test("Chains that do not lead to trust are refused")
    func refusals() async throws {
        let trust = try Self.trust(Self.root())
        let selfSigned = try Self.certificate(subject: "Authority")
        let cases: [([Certificate], CertificateRefusal)] = [
            ([try Self.certificate(by: Self.otherAuthority)], .noPath),
            ([try Self.certificate(lifetime: 60)], .noPath),
            ([selfSigned], .selfSigned),
            ([try Self.certificate(usage: KeyUsage(keyCertSign: true))], .notForSignatures),
            ([], .none),
            (Array(repeating: try Self.certificate(), count: 9), .tooLong),
        ]
        for (chain, refusal) in cases {
            let report = try await verify(chain, trust)
            #expect(report.failure?.detail == refusal.explanation)
            #expect(report.outcome(of: .signature) == .notChecked)
            #expect(report.content == nil)
        }
    }

    @Test("The certified key must be the one that signed")
    func otherKey() async throws {
        let report = try await verify([Self.certificate(Samples.otherIssuer)], Self.trust(Self.root()))
        #expect(report.outcome(of: .issuerKey) == .passed)
        #expect(report.failure?.name == .signature)
    }

    @Test("A chain is judged at the time of verification")
    func later() async throws {
        let report = try await verify([Self.certificate()], Self.trust(Self.root()), at: Samples.now + 90_000)
        #expect(report.failure?.name == .issuerKey)
    }

    @Test("An unreadable certificate is not skipped")
    func malformed() async throws {
        let credential = try Samples.resigned(
            Samples.sdJWT(certificates: [Self.der(Self.certificate())]),
            header: { $0["x5c"] = .array(($0["x5c"]?.array ?? []) + ["!"]) })
        let report = try await CredentialVerifier(keys: try Self.trust(Self.root())).verify(credential, at: Samples.now)
        #expect(report.failure?.detail == CertificateRefusal.malformed.explanation)
    }

    private func keySet(_ keyID: JSON?, issuer: String? = nil, key: PrivateKey = Samples.issuer) throws -> TrustFile {
        var jwk = key.publicKey.jwk
        jwk["kid"] = keyID
        let set: JSON = ["keys": [.object(Samples.otherIssuer.publicKey.jwk), .object(jwk)]]
        return try TrustFile(
            parsing: (issuer.map { ["issuer": .string($0), "jwks": set] } ?? set).encoded())
    }

    @Test("A key set is searched by kid, also for the key that a DID URL names")
    func keySets() async throws {
        let trust = try keySet(.string(Samples.keyID))
        #expect(try await CredentialVerifier(keys: trust).verify(Samples.sdJWT(), at: Samples.now).isValid)
        #expect(try await CredentialVerifier(keys: trust).verify(Samples.w3c(.version1), at: Samples.now).isValid)
    }

    @Test("There is no key for an unknown kid, for none, or for another issuer's")
    func unknownKeys() async throws {
        for (trust, detail) in [
            (try keySet("other"), IssuerKeyRefusal.unknownKeyID.explanation),
            (try keySet(nil), IssuerKeyRefusal.unknownKeyID.explanation),
            (
                try keySet(.string(Samples.keyID), issuer: "https://other.example"),
                IssuerKeyRefusal.keyOfOtherIssuer.explanation
            ),
        ] {
            let report = try await CredentialVerifier(keys: trust).verify(Samples.sdJWT(), at: Samples.now)
            #expect(report.failure?.detail == detail)
        }
        let unnamed = try Samples.resigned(Samples.sdJWT(), header: { $0["kid"] = nil })
        let report = try await CredentialVerifier(keys: keySet(.string(Samples.keyID))).verify(unnamed, at: Samples.now)
        #expect(report.failure?.detail == IssuerKeyRefusal.noKeyID.explanation)
    }

    @Test("Several files are trusted together")
    func combined() async throws {
        let trust = TrustFile(combining: [try Self.trust(Self.root()), try keySet(.string(Samples.keyID))])
        #expect(try await CredentialVerifier(keys: trust).verify(Samples.sdJWT(), at: Samples.now).isValid)
        #expect(try await verify([Self.certificate()], trust).isValid)
    }

    @Test(
        "What is neither certificates nor keys is no trust file",
        arguments: [
            ("", TrustFile.Malformation.empty), (" \n", .empty), ("{}", .notAKeySet), ("hello", .certificate),
            ("{\"keys\":[", .json(.unexpectedEnd)),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", .certificate),
        ])
    func malformedFiles(text: String, reason: TrustFile.Malformation) {
        #expect(throws: reason) { try TrustFile(parsing: text.bytes) }
    }
}
