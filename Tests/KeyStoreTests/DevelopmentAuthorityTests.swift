import Foundation
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

@testable import KeyStore

private let opensslPath = "/usr/bin/openssl"

@Suite("Certificates of the development authority, RFC 5280")
struct DevelopmentAuthorityTests {
    func leaf(of ring: KeyRing) throws -> Certificate {
        try Certificate(derEncoded: try #require(ring.signingKeys.last?.certificateChain.first))
    }

    func root(of ring: KeyRing) throws -> Certificate {
        try Certificate(derEncoded: ring.developmentRoot.certificate)
    }

    func isValid(_ leaf: Certificate, under root: Certificate, at instant: Date) async -> Bool {
        var verifier = Verifier(rootCertificates: CertificateStore([root])) {
            RFC5280Policy(fixedExpiryValidationTime: instant)
        }
        guard case .validCertificate = await verifier.validate(leaf: leaf, intermediates: CertificateStore()) else {
            return false
        }
        return true
    }

    @Test("The chain is valid under the root for 397 days from an hour before, and under no other root")
    func chain() async throws {
        let ring = try await Samples.ring()
        let (leaf, root) = (try leaf(of: ring), try root(of: ring))
        let start = Samples.later(.seconds(-3600))
        #expect(leaf.notValidBefore == start)
        #expect(leaf.notValidAfter == start.advanced(by: .days(397)))
        #expect(root.notValidBefore == start)
        #expect(root.notValidAfter == start.advanced(by: .days(3652)))
        #expect(await isValid(leaf, under: root, at: Samples.now))
        #expect(await isValid(leaf, under: root, at: leaf.notValidAfter))
        #expect(await !isValid(leaf, under: root, at: leaf.notValidAfter.advanced(by: .seconds(1))))
        #expect(await !isValid(leaf, under: root, at: start.advanced(by: .seconds(-1))))
        #expect(await !isValid(leaf, under: try self.root(of: try await Samples.ring()), at: Samples.now))
    }

    @Test("The root may certify signing keys and nothing below them")
    func rootProfile() async throws {
        let root = try root(of: try await Samples.ring())
        #expect(root.subject == root.issuer)
        #expect("\(root.subject)" == "CN=University of Søndermark development root")
        #expect(root.signatureAlgorithm == .ecdsaWithSHA256)
        #expect(try root.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try root.extensions.keyUsage == KeyUsage(keyCertSign: true, cRLSign: true))
        #expect(root.extensions[oid: .X509ExtensionID.basicConstraints]?.critical == true)
        #expect(root.extensions[oid: .X509ExtensionID.keyUsage]?.critical == true)
        #expect(try root.extensions.subjectKeyIdentifier == SubjectKeyIdentifier(hash: root.publicKey))
    }

    @Test("A signing key's certificate is for digital signatures and names host and URL of the issuer")
    func leafProfile() async throws {
        let ring = try await Samples.ring()
        let (leaf, root) = (try leaf(of: ring), try root(of: ring))
        #expect("\(leaf.subject)" == "CN=University of Søndermark")
        #expect(leaf.issuer == root.subject)
        #expect(try leaf.extensions.keyUsage == KeyUsage(digitalSignature: true))
        #expect(leaf.extensions[oid: .X509ExtensionID.keyUsage]?.critical == true)
        #expect(try leaf.extensions.basicConstraints == nil)
        #expect(try leaf.extensions.extendedKeyUsage == nil)
        #expect(
            try leaf.extensions.subjectAlternativeNames.map(Array.init) == [
                .dnsName("issuer.example"), .uniformResourceIdentifier("https://issuer.example/university"),
            ])
        #expect(try leaf.extensions.subjectKeyIdentifier == SubjectKeyIdentifier(hash: leaf.publicKey))
        let authority = try leaf.extensions.authorityKeyIdentifier?.keyIdentifier
        #expect(try authority == root.extensions.subjectKeyIdentifier?.keyIdentifier)
        #expect(ring.signingKeys[0].certificateChain.count == 1)
    }

    @Test(
        "An address is named as an address",
        arguments: [
            ("http://127.0.0.1:8080", [127, 0, 0, 1]),
            ("http://[::1]:8080", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ] as [(String, [UInt8])])
    func address(url: String, bytes: [UInt8]) async throws {
        let ring = try await Samples.ring(issuer: Samples.issuer(url))
        let names = try leaf(of: ring).extensions.subjectAlternativeNames.map(Array.init)
        #expect(
            names == [.ipAddress(ASN1OctetString(contentBytes: bytes[...])), .uniformResourceIdentifier(url)])
    }

    @Test("Serial numbers are positive, 20 bytes, and differ")
    func serialNumbers() async throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<16 {
            let ring = try await Samples.ring()
            for certificate in [try leaf(of: ring), try root(of: ring)] {
                let serial = Array(certificate.serialNumber.bytes)
                #expect(serial.count == 20 && serial[0] & 0x80 == 0)
                seen.insert(serial)
            }
        }
        #expect(seen.count == 32)
    }

    @Test("A long organization name is cut to the 64 characters of a common name")
    func longName() async throws {
        let issuer = try IssuerIdentity(
            url: "https://issuer.example", organizationName: String(repeating: "ü", count: 100))
        let ring = try await Samples.ring(issuer: issuer)
        let root = try root(of: ring)
        #expect("\(root.subject)" == "CN=\(String(repeating: "ü", count: 47)) development root")
        #expect("\(try leaf(of: ring).subject)" == "CN=\(String(repeating: "ü", count: 64))")
    }

    @Test("Instants between seconds are cut to seconds")
    func secondPrecision() async throws {
        let ring = try await Samples.ring(now: Samples.now.addingTimeInterval(0.7))
        #expect(try leaf(of: ring).notValidBefore == Samples.later(.seconds(-3600)))
        #expect(ring.signingKeys[0].createdAt == Samples.now)
    }

    @Test("The PEM of the root reads back")
    func pem() async throws {
        let ring = try await Samples.ring()
        let document = try PEMDocument(pemString: ring.developmentRoot.pem)
        #expect(document.discriminator == "CERTIFICATE")
        #expect(document.derBytes == ring.developmentRoot.certificate)
        #expect(ring.developmentRoot.pem.split(separator: "\n").allSatisfy { $0.count <= 64 })
    }

    @Test(
        "OpenSSL accepts the chain by its strict rules",
        .enabled(if: FileManager.default.isExecutableFile(atPath: opensslPath)))
    func openSSL() async throws {
        let ring = try await Samples.ring(issuer: Samples.issuer("http://localhost:8080"))
        try await withTemporaryDirectory { directory in
            let leaf = DevelopmentRoot(certificate: ring.signingKeys[0].certificateChain[0]).pem
            try ring.developmentRoot.pem.write(toFile: directory + "/root.pem", atomically: true, encoding: .utf8)
            try leaf.write(toFile: directory + "/leaf.pem", atomically: true, encoding: .utf8)
            let process = Process()
            process.executableURL = URL(filePath: opensslPath)
            process.arguments = [
                "verify", "-x509_strict", "-check_ss_sig", "-verify_hostname", "localhost", "-attime", "1768478400",
                "-CAfile", directory + "/root.pem", directory + "/leaf.pem",
            ]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(text)")
        }
    }
}
