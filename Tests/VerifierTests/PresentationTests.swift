import CredentialFormats
import Crypto
import Foundation
import JOSE
import Testing
import WireFormats

@testable import Verifier

@Suite("Presentations with a key binding JWT, RFC 9901 §7.3")
struct PresentationTests {
    private let now = Int64(Samples.now.timeIntervalSince1970)

    private func presentation(
        of credential: [UInt8], by key: PrivateKey = Samples.holder, type: String = "kb+jwt", nonce: String = "n-1",
        audience: String = "https://verifier.example", age: Int64 = 5
    ) throws -> [UInt8] {
        let claims: JSONObject = [
            "nonce": .string(nonce), "aud": .string(audience), "iat": .integer(now - age),
            "sd_hash": .string(Base64URL.encode(SHA256.hash(data: credential))),
        ]
        return try credential
            + JWSIssuer(signer: key, header: ["typ": .string(type)]).sign(payload: JSON.object(claims).encoded())
    }

    private var demand: CredentialVerifier.PresentationDemand {
        .keyBinding(.init(nonce: "n-1", audience: "https://verifier.example", issuedAt: now - 60...now + 60))
    }

    @Test("What was asked for passes")
    func asked() async throws {
        let report = try await Samples.verify(presentation(of: Samples.sdJWT()), demand)
        #expect(report.isValid)
        #expect(report.outcome(of: .presentation) == .passed)
    }

    @Test("Unasked, signature and hash are checked, and the report says that nobody asked")
    func unasked() async throws {
        let report = try await Samples.verify(presentation(of: Samples.sdJWT()))
        #expect(report.isValid)
        #expect(report.checks.first { $0.name == .presentation }?.detail.contains("not asked") == true)
    }

    @Test("A key binding JWT of another holder, type, request, time or presentation fails")
    func faults() async throws {
        let credential = try Samples.sdJWT()
        let shorter = Array(credential[...credential.firstIndex(of: UInt8(ascii: "~"))!])
        let moved = try presentation(of: credential)[credential.count...]
        for faulty in [
            try presentation(of: credential, by: Samples.otherIssuer),
            try presentation(of: credential, type: "JWT"),
            try presentation(of: credential, nonce: "n-2"),
            try presentation(of: credential, audience: "https://other.example"),
            try presentation(of: credential, age: 61), try presentation(of: credential, age: -61),
            shorter + moved, credential, credential + "a.b.c".bytes,
        ] {
            let report = try await Samples.verify(faulty, demand)
            #expect(report.checks.filter { $0.outcome == .failed }.map(\.name) == [.presentation])
        }
    }

    @Test("Unasked, one of another holder, another presentation or the future fails")
    func unaskedFaults() async throws {
        let credential = try Samples.sdJWT()
        let shorter = Array(credential[...credential.firstIndex(of: UInt8(ascii: "~"))!])
        for faulty in [
            try presentation(of: credential, by: Samples.otherIssuer),
            shorter + (try presentation(of: credential)[credential.count...]),
            try presentation(of: credential, age: -61), credential + "a.b.c".bytes,
            try presentation(of: Samples.sdJWT(Samples.content(bound: false))),
        ] {
            let report = try await Samples.verify(faulty)
            #expect(report.outcome(of: .presentation) == .failed)
            #expect(!report.isValid)
        }
    }
}
