import CredentialFormats
import Foundation
import JOSE
import Testing
import WireFormats

@testable import Verifier

@Suite("W3C credentials as JWT (jwt_vc_json, jwt_vc_json-ld, vc+jwt)")
struct W3CJWTTests {
    @Test(
        "A credential of either data model is valid and says what it says",
        arguments: [
            (W3CCredentialType.DataModel.version1, CredentialFormat.w3cModel1), (.version2, .w3cModel2),
        ])
    func valid(model: W3CCredentialType.DataModel, format: CredentialFormat) async throws {
        let report = try await Samples.verify(Samples.w3c(model))
        #expect(report.isValid)
        #expect(report.format == format)
        #expect(report.issuer == Samples.issuerDID)
        let content = try #require(report.content)
        #expect(content.types == ["VerifiableCredential", "StudentCard"])
        #expect(content.claims == ["given_name": "Ana", "family_name": "Núñez", "university": "Example"])
        #expect(content.subject == DIDKeyMaterial.didJWK(for: Samples.holder.publicKey))
        #expect(content.holderKey == Samples.holder.publicKey)
        #expect(content.expiresAt == Date(timeIntervalSince1970: Double(Samples.expiresAt)))
        #expect(report.outcome(of: .disclosures) == .notApplicable)
    }

    @Test("The subject's DID alone binds the credential", arguments: [W3CCredentialType.DataModel.version1, .version2])
    func boundByDID(model: W3CCredentialType.DataModel) async throws {
        let report = try await Samples.verify(Samples.resigned(Samples.w3c(model)) { $0["cnf"] = nil })
        #expect(report.isValid)
        #expect(report.content?.holderKey == Samples.holder.publicKey)
    }

    @Test("A subject's DID without its key is not claimed to bind")
    func otherDID() async throws {
        let report = try await Samples.verify(
            Samples.resigned(Samples.w3c(.version2)) { payload in
                payload["cnf"] = nil
                payload["credentialSubject"] = ["id": "did:web:holder.example", "a": 1]
            })
        #expect(report.isValid)
        #expect(report.outcome(of: .holderKey) == .notChecked)
    }

    @Test("With another key nothing is believed", arguments: [W3CCredentialType.DataModel.version1, .version2])
    func otherKey(model: W3CCredentialType.DataModel) async throws {
        let verifier = CredentialVerifier(keys: OneKey(key: Samples.otherIssuer.publicKey))
        let report = try await verifier.verify(Samples.w3c(model), at: Samples.now)
        #expect(report.failure?.name == .signature)
        #expect(report.content == nil)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let model: W3CCredentialType.DataModel
        let check: Check.Name
        var header: @Sendable (inout JSONObject) -> Void = { _ in }
        var payload: @Sendable (inout JSONObject) -> Void = { _ in }

        init(
            _ description: String, _ model: W3CCredentialType.DataModel, _ check: Check.Name = .dataModel,
            payload: @escaping @Sendable (inout JSONObject) -> Void = { _ in },
            header: @escaping @Sendable (inout JSONObject) -> Void = { _ in }
        ) {
            (testDescription, self.model, self.check, self.header, self.payload) =
                (description, model, check, header, payload)
        }

        /// A change inside the `vc` claim.
        static func inVC(
            _ description: String, _ check: Check.Name = .dataModel,
            _ change: @escaping @Sendable (inout JSONObject) -> Void
        ) -> Fault {
            Fault(description, .version1, check) { payload in
                var credential = payload["vc"]?.object ?? [:]
                change(&credential)
                payload["vc"] = .object(credential)
            }
        }
    }

    static let faults: [Fault] = [
        Fault("1.1 iss missing", .version1) { $0["iss"] = nil },
        Fault("1.1 iss other", .version1) { $0["iss"] = "https://other.example" },
        Fault("1.1 jti other", .version1) { $0["jti"] = "urn:uuid:other" },
        Fault("1.1 sub other", .version1) { $0["sub"] = "did:example:other" },
        Fault("1.1 nbf other", .version1) { $0["nbf"] = .integer(Samples.issuedAt - 1) },
        Fault("1.1 exp other", .version1) { $0["exp"] = .integer(Samples.expiresAt + 1) },
        Fault("1.1 typ", .version1, .typeHeader, header: { $0["typ"] = "dc+sd-jwt" }),
        Fault("1.1 cnf other than sub", .version1, .holderKey) {
            $0["cnf"] = ["jwk": .object(Samples.otherIssuer.publicKey.jwk)]
        },
        .inVC("1.1 type") { $0["type"] = ["StudentCard"] },
        .inVC("1.1 type not strings") { $0["type"] = ["VerifiableCredential", 1] },
        .inVC("1.1 context") { $0["@context"] = ["https://example.org"] },
        .inVC("1.1 no subject") { $0["credentialSubject"] = nil },
        .inVC("1.1 issuer object of another") { $0["issuer"] = ["id": "https://other.example"] },
        .inVC("1.1 issuanceDate no date", .dataModel) { $0["issuanceDate"] = "yesterday" },
        Fault("2.0 vc claim", .version2) { $0["vc"] = [:] },
        Fault("2.0 vp claim", .version2) { $0["vp"] = [:] },
        Fault("2.0 iss other", .version2) { $0["iss"] = "https://other.example" },
        Fault("2.0 no issuer", .version2) { $0["issuer"] = nil },
        Fault("2.0 jti other", .version2) { $0["jti"] = "urn:uuid:other" },
        Fault("2.0 sub other", .version2) { $0["sub"] = "did:example:other" },
        Fault("2.0 type", .version2) { $0["type"] = "StudentCard" },
        Fault("2.0 context of 1.1", .version2) { $0["@context"] = ["https://www.w3.org/2018/credentials/v1"] },
        Fault("2.0 typ", .version2, .typeHeader, header: { $0["typ"] = "JWT" }),
        Fault("2.0 cty", .version2, .typeHeader, header: { $0["cty"] = "vp" }),
        Fault("2.0 expired by validUntil", .version2, .validity) { $0["validUntil"] = "2026-11-19T23:59:00Z" },
        Fault("2.0 expired by exp", .version2, .validity) { $0["exp"] = 1_795_132_740 },
        Fault("2.0 not yet valid", .version2, .validity) { $0["validFrom"] = "2026-11-20T01:01:01.5+01:00" },
        Fault("2.0 validFrom no time", .version2, .validity) { $0["validFrom"] = "2026-11-20" },
    ]

    @Test("Each fault fails its check", arguments: faults)
    func faulty(fault: Fault) async throws {
        let credential = try Samples.resigned(Samples.w3c(fault.model), payload: fault.payload, header: fault.header)
        let report = try await Samples.verify(credential)
        #expect(!report.isValid)
        #expect(report.failure?.name == fault.check)
    }

    @Test("Issuers may leave out of the vc claim what JWT claims say")
    func claimsInstead() async throws {
        let credential = try Samples.resigned(Samples.w3c(.version1)) { payload in
            var credential = payload["vc"]?.object ?? [:]
            for name in ["issuer", "id", "issuanceDate", "expirationDate"] { credential[name] = nil }
            payload["vc"] = .object(credential)
        }
        #expect(try await Samples.verify(credential).isValid)
    }

    @Test("A status is reported as not checked", arguments: [W3CCredentialType.DataModel.version1, .version2])
    func status(model: W3CCredentialType.DataModel) async throws {
        let credential = try Samples.resigned(Samples.w3c(model)) { payload in
            if model == .version2 { payload["credentialStatus"] = ["id": "https://issuer.example/status#1"] }
            guard var credential = payload["vc"]?.object else { return }
            credential["credentialStatus"] = ["id": "https://issuer.example/status#1"]
            payload["vc"] = .object(credential)
        }
        #expect(try await Samples.verify(credential).outcome(of: .status) == .notChecked)
    }
}

@Suite("XML Schema dateTimeStamp")
struct DateTimeStampTests {
    @Test(
        "Times are read to the second, in any zone",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2010-01-01T00:00:00Z", 1_262_304_000),
            ("2026-11-20T00:00:00Z", 1_795_132_800),
            ("2024-02-29T12:00:00.999+05:30", 1_709_188_200), ("1969-12-31T23:59:59z", -1),
            ("2000-03-01T00:00:00-01:00", 951_872_400),
        ])
    func read(text: String, seconds: Int64) {
        #expect(DateTimeStamp.seconds(text) == seconds)
    }

    @Test(
        "What is no dateTimeStamp is refused",
        arguments: [
            "", "2010-01-01", "2010-01-01T00:00:00", "2010-01-01T00:00:00.Z", "2010-13-01T00:00:00Z",
            "2010-01-01T24:00:00Z",
            "2010-01-01T00:00:00+1:00", "2010-01-01T00:00:00ZZ", "201a-01-01T00:00:00Z", "2010-01-01T00:00:00+15:00",
        ])
    func refused(text: String) {
        #expect(DateTimeStamp.seconds(text) == nil)
    }
}
