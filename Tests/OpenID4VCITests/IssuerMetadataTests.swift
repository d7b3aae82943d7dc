import OpenID4VCI
import TestSupport
import Testing
import WireFormats

@Suite("Credential issuer metadata")
struct IssuerMetadataTests {
    private let valid: JSONObject = [
        "credential_issuer": "https://issuer.example/t", "credential_endpoint": "https://issuer.example/t/credential",
        "nonce_endpoint": "https://issuer.example/t/nonce", "authorization_servers": ["https://as.example"],
        "batch_credential_issuance": ["batch_size": 5], "display": [["name": "Issuer", "locale": "en"]],
        "credential_configurations_supported": [
            "student": [
                "format": "dc+sd-jwt", "vct": "urn:student", "scope": "student_card",
                "proof_types_supported": ["jwt": ["proof_signing_alg_values_supported": ["ES256"]]],
                "credential_metadata": ["display": [["name": "Student"]], "claims": [["path": ["given_name"]]]],
            ],
            "old": [
                "format": "jwt_vc_json", "credential_definition": ["type": ["VerifiableCredential"]],
                "display": [["name": "Old"]],
            ],
        ],
    ]

    private func parse(_ change: (inout JSONObject) -> Void = { _ in }) throws -> CredentialIssuerMetadata {
        var object = valid
        change(&object)
        return try CredentialIssuerMetadata(
            parsing: JSON.object(object).encoded(), fetchedFor: "https://issuer.example/t")
    }

    @Test("What a wallet needs is read, in the form of 1.0 and of drafts")
    func wellFormed() throws {
        let metadata = try parse { $0["x"] = 1 }
        #expect(metadata.credentialIssuer == "https://issuer.example/t")
        #expect(metadata.credentialEndpoint == "https://issuer.example/t/credential")
        #expect(metadata.nonceEndpoint == "https://issuer.example/t/nonce")
        #expect(metadata.authorizationServers == ["https://as.example"])
        #expect(metadata.namesAuthorizationServers)
        #expect(metadata.batchSize == 5)
        #expect(metadata.display == [["name": "Issuer", "locale": "en"]])
        let student = try #require(metadata.configurations["student"])
        #expect(student.format == "dc+sd-jwt")
        #expect(student.vct == "urn:student")
        #expect(student.scope == "student_card")
        #expect(student.proofAlgorithms == ["ES256"])
        #expect(student.display == [["name": "Student"]])
        #expect(student.claims == [["path": ["given_name"]]])
        let old = try #require(metadata.configurations["old"])
        #expect(old.display == [["name": "Old"]])
        #expect(old.proofAlgorithms == nil)
        #expect(old.scope == nil)
        #expect(old.credentialDefinition == ["type": ["VerifiableCredential"]])
    }

    @Test("Without authorization servers the issuer is its own; without batches there is one proof")
    func defaults() throws {
        let metadata = try parse {
            for name in ["authorization_servers", "batch_credential_issuance", "nonce_endpoint", "display"] {
                $0[name] = nil
            }
        }
        #expect(metadata.authorizationServers == ["https://issuer.example/t"])
        #expect(!metadata.namesAuthorizationServers)
        #expect(metadata.batchSize == 1)
        #expect(metadata.nonceEndpoint == nil)
        #expect(metadata.display.isEmpty)
    }

    @Test("What is no JSON object is refused", arguments: ["", "[]", "e30.e30.AA"])
    func notJSONObject(body: String) {
        #expect(throws: CredentialIssuerMetadata.Malformation.notJSONObject) {
            try CredentialIssuerMetadata(parsing: body.bytes, fetchedFor: "https://issuer.example/t")
        }
    }

    @Test(
        "A missing member is refused by name",
        arguments: ["credential_issuer", "credential_endpoint", "credential_configurations_supported"])
    func missing(name: String) {
        for value in [nil, 1] as [JSON?] {
            #expect(throws: CredentialIssuerMetadata.Malformation.missing(name)) { try parse { $0[name] = value } }
        }
    }

    @Test("A malformed member or configuration is refused by name")
    func malformed() {
        #expect(throws: CredentialIssuerMetadata.Malformation.malformed("authorization_servers")) {
            try parse { $0["authorization_servers"] = [] }
        }
        for entry in [[:], 1, ["format": 1]] as [JSON] {
            #expect(throws: CredentialIssuerMetadata.Malformation.malformed("bad")) {
                try parse { $0["credential_configurations_supported"] = ["bad": entry] }
            }
        }
    }

    @Test(
        "Metadata of another issuer is refused, be it by a slash",
        arguments: ["https://issuer.example/t/", "https://issuer.example", "https://Issuer.example/t"])
    func otherIssuer(issuer: String) {
        #expect(throws: CredentialIssuerMetadata.Malformation.otherIssuer) {
            try parse { $0["credential_issuer"] = .string(issuer) }
        }
    }
}
