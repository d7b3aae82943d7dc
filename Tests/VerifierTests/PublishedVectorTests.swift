import CredentialFormats
import Foundation
import JOSE
import TestSupport
import Testing
import WireFormats

@testable import Verifier

@Suite("Published vectors", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct PublishedVectorTests {
    /// The time of the vectors: between their `iat` and `exp`.
    private let now = Date(timeIntervalSince1970: 1_690_000_000)

    private func publicKey(_ jwk: JSON?) throws -> PublicKey {
        var jwk = try #require(jwk?.object)
        jwk["d"] = nil
        return try PublicKey(jwk: jwk)
    }

    @Test(
        "SD-JWT VC examples of the draft verify, issued and presented",
        arguments: Vectors.files(in: "sd-jwt-vc/examples"))
    func sdJWTVC(file: String) async throws {
        let vector = try Vectors.read(file)
        let verifier = CredentialVerifier(keys: OneKey(key: try publicKey(vector["issuer_keys"]?.array?.first)))
        let issued = try #require(vector["sd_jwt_issuance"]?.string)
        #expect(try await verifier.verify(issued.bytes, at: now).isValid)
        let presented = try #require(vector["sd_jwt_presentation"]?.string)
        var demand = CredentialVerifier.PresentationDemand.nothingAsked
        if let nonce = vector["key_binding_nonce"]?.string, let audience = vector["verifier"]?.string {
            demand = .keyBinding(.init(nonce: nonce, audience: audience, issuedAt: 0...2_000_000_000))
        }
        let report = try await verifier.verify(presented.bytes, presentation: demand, at: now)
        #expect(report.isValid)
        let verified = try #require(vector["verified_payload"]?.object)
        let content = try #require(report.content)
        #expect(content.types == [verified["vct"]?.string])
        for member in content.claims.members { #expect(verified[member.name] == member.value) }
        let hidden = ["iss", "iat", "exp", "vct", "cnf"]
        #expect(content.claims.names.count == verified.names.filter { !hidden.contains($0) }.count)
    }

    @Test(
        "SD-JWT examples resolve to their verified payload, issued by their issuer alone",
        arguments: Vectors.files(in: "sd-jwt/rfc9901-examples") + Vectors.files(in: "sd-jwt/testcases"))
    func sdJWT(file: String) async throws {
        let vector = try Vectors.read(file)
        guard vector["serialization_format"] == "compact" else { return }
        let key = try publicKey(vector["issuer_keys"]?.array?.first)
        let presented = try #require(vector["sd_jwt_presentation"]?.string)
        let verified = try UnverifiedSDJWT(parsing: presented).verify(with: key)
        #expect(verified.payload == vector["verified_payload"]?.object)
        #expect(throws: SDJWTRefusal.self) {
            try UnverifiedSDJWT(parsing: presented).verify(with: Samples.issuer.publicKey)
        }
        // Most have typ example+sd-jwt: as credentials they are refused, and the report says why.
        guard vector["extra_header_parameters"]?["typ"] != "dc+sd-jwt" else { return }
        let report = try await CredentialVerifier(keys: OneKey(key: key)).verify(presented.bytes, at: now)
        #expect(report.outcome(of: .signature) == .passed)
        #expect(report.outcome(of: .typeHeader) == .failed)
        #expect(!report.isValid)
    }

    @Test("The signed jwt_vc_json example of OpenID4VCI verifies by its issuer's key set")
    func openID4VCI() async throws {
        let examples = try #require(try Vectors.read("openid4vci/signed-examples.json").array)
        let example = try #require(examples.first { $0["name"] == "credential-jwt_vc_json" })
        let trust = try TrustFile(parsing: JSON.object(["keys": [try #require(example["public_key"])]]).encoded())
        let credential = try #require(example["jws"]?.string)
        let report = try await CredentialVerifier(keys: trust).verify(
            credential.bytes, at: Date(timeIntervalSince1970: 1_740_000_000))
        #expect(report.isValid)
        #expect(report.format == .w3cModel1)
    }
}
