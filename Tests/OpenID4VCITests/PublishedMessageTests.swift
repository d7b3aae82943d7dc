import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import TestSupport
import Testing
import WireFormats

@Suite("Published messages", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct PublishedMessageTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(Vectors.folder)/openid4vci/examples/\(name)")))
    }

    @Test("The offers of OpenID4VCI 1.0 are read, and come back from our link")
    func offers() throws {
        let authorization = try CredentialOffer(parsing: bytes("credential_offer_authz_code.body.json"))
        #expect(authorization.credentialConfigurationIDs == ["UniversityDegreeCredential"])
        #expect(authorization.preAuthorizedCode == nil)
        #expect(authorization.authorizationCode == .init(issuerState: "eyJhbGciOiJSU0Et...FYUaBy"))
        let empty = try CredentialOffer(parsing: bytes("credential_offer_by_reference.json"))
        #expect(empty.preAuthorizedCode == .init(code: "adhjhdjajkdkhjhdj", txCode: .init()))
        let several = try CredentialOffer(parsing: bytes("credential_offer_multiple_credentials.json"))
        #expect(several.credentialConfigurationIDs.count > 1)
        let preAuthorized = try CredentialOffer(parsing: bytes("credential_offer_pre-authz_code.json"))
        let txCode = try #require(preAuthorized.preAuthorizedCode?.txCode)
        #expect(txCode.length == nil)
        #expect(txCode.inputMode == .numeric)
        #expect(txCode.description?.hasPrefix("Please provide the one-time code") == true)
        for offer in [authorization, empty, several, preAuthorized] {
            #expect(offer.credentialIssuer == "https://credential-issuer.example.com")
            let link = CredentialOfferLink.byValue(offer)
            #expect(try CredentialOfferLink(parsing: link.text) == link)
        }
    }

    @Test("The issuer metadata of OpenID4VCI 1.0 is read")
    func metadata() throws {
        let metadata = try CredentialIssuerMetadata(
            parsing: bytes("credential_issuer_metadata_sd_jwt_long.json"),
            fetchedFor: "https://credential-issuer.example.com")
        #expect(metadata.authorizationServers == ["https://server.example.com"])
        #expect(metadata.credentialEndpoint == "https://credential-issuer.example.com/credential")
        #expect(metadata.nonceEndpoint == "https://credential-issuer.example.com/nonce")
        #expect(!metadata.configurations.isEmpty)
        for configuration in metadata.configurations.values { #expect(configuration.format == "dc+sd-jwt") }
    }

    @Test(
        "The configurations of each format are read",
        arguments: [
            ("jwt_vc_json", "jwt_vc_json"), ("ldp_vc", "ldp_vc"), ("mso_mdoc", "mso_mdoc"), ("sd_jwt_vc", "dc+sd-jwt"),
        ])
    func configurations(file: String, format: String) throws {
        var document = try #require(try JSON(parsing: bytes("credential_metadata_\(file).json")).object)
        document["credential_issuer"] = "https://a.example"
        document["credential_endpoint"] = "https://a.example/credential"
        let metadata = try CredentialIssuerMetadata(
            parsing: JSON.object(document).encoded(), fetchedFor: "https://a.example")
        #expect(metadata.configurations.values.map(\.format) == [format])
        let configuration = try #require(metadata.configurations.values.first)
        #expect(configuration.claims.isEmpty == false)
    }

    @Test(
        "Credential responses are read; a credential that is an object is told apart",
        arguments: ["jwt_vc_json", "sd_jwt_vc", "mso_mdoc", "ldp_vc"])
    func responses(format: String) throws {
        let body = try bytes("credential_response_\(format).body.json")
        guard format != "ldp_vc" else {
            #expect(throws: CredentialResponse.Malformation.credentialNotString) {
                try CredentialResponse(parsing: body)
            }
            return
        }
        let stated = try #require(try JSON(parsing: body)["credentials"]?.array?.map { $0["credential"]?.string })
        #expect(try CredentialResponse(parsing: body).credentials.map { String(decoding: $0, as: UTF8.self) } == stated)
    }

    @Test("The credential request for an mDL names no configuration and is refused for that")
    func request() throws {
        let request = EndpointRequest(
            method: .post, headers: [.contentType: "application/json"],
            body: try bytes("credential_request_iso_mdl.json"))
        #expect(throws: CredentialRequest.Malformation.identification) { try CredentialRequest(decoding: request) }
    }

    @Test("The signed key proof verifies at its time for its issuer, and not later or elsewhere")
    func keyProof() throws {
        let examples = try #require(try Vectors.read("openid4vci/signed-examples.json").array)
        let example = try #require(examples.first { $0["name"] == "key-proof-jwt" })
        let jws = try #require(example["jws"]?.string)
        func verify(_ audience: String, at instant: Double) throws(KeyProofRefusal) -> VerifiedKeyProof {
            try VerifiedKeyProof(
                verifying: jws,
                against: .init(
                    audience: audience, algorithms: [.es256], now: Date(timeIntervalSince1970: instant), maximumAge: 300
                ))
        }
        let issuer = "https://credential-issuer.example.com"
        let verified = try verify(issuer, at: 1_701_960_500)
        #expect(verified.nonce == example["payload"]?["nonce"]?.string)
        #expect(try verified.key == PublicKey(jwk: try #require(example["public_key"]?.object)))
        #expect(throws: KeyProofRefusal.stale) { try verify(issuer, at: 1_701_961_000) }
        #expect(throws: KeyProofRefusal.wrongAudience) { try verify("https://a.example", at: 1_701_960_500) }
    }

    @Test("The other signed examples verify as JWS, and are no key proofs")
    func signedExamples() throws {
        for example in try #require(try Vectors.read("openid4vci/signed-examples.json").array) {
            let jws = try #require(example["jws"]?.string)
            let key = try PublicKey(jwk: try #require(example["public_key"]?.object))
            let verified = try UnverifiedJWS(parsing: jws).verify(with: key)
            #expect(try JSON(parsing: verified.payload) == example["payload"])
            guard example["name"] != "key-proof-jwt" else { continue }
            #expect(throws: KeyProofRefusal.wrongType) {
                try VerifiedKeyProof(
                    verifying: jws,
                    against: .init(
                        audience: "a", algorithms: [.es256], now: Date(timeIntervalSince1970: 0), maximumAge: 1))
            }
        }
    }
}
