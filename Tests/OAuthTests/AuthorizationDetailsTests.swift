import OAuth
import TestSupport
import Testing
import WireFormats

@Suite("Authorization details")
struct AuthorizationDetailsTests {
    private let entry: JSONObject = ["type": "openid_credential", "credential_configuration_id": "c"]

    private func parse(_ entries: [JSONObject]) throws(AuthorizationDetailsRefusal) -> AuthorizationDetails {
        try AuthorizationDetails(json: .array(entries.map(JSON.object)))
    }

    @Test(
        "The published examples of OpenID4VCI are read and kept",
        .enabled(if: Vectors.arePresent),
        arguments: [
            ("authorization_details.json", 1), ("authorization_details_jwt_vc_json.json", 1),
            ("authorization_details_ldp_vc.json", 1), ("authorization_details_mso_doc.json", 1),
            ("authorization_details_multiple_credentials.json", 2), ("authorization_details_sd_jwt_vc.json", 1),
            ("authorization_details_with_as.json", 1),
        ])
    func published(file: String, count: Int) throws {
        let json = try Vectors.read("openid4vci/examples/" + file)
        let details = try AuthorizationDetails(json: json)
        #expect(details.entries.count == count)
        #expect(details.json == json)
    }

    @Test("Claims, locations and members that are unknown are read and kept")
    func members() throws {
        let whole = entry.with("claims", [["path": ["a", nil, 0], "mandatory": true]])
            .with("locations", ["https://issuer.example"]).with("x", ["y": 1])
        let details = try parse([whole])
        #expect(details.entries[0].credentialConfigurationID == "c")
        #expect(details.entries[0].claims.count == 1)
        #expect(details.entries[0].locations == ["https://issuer.example"])
        #expect(details.json == .array([.object(whole)]))
        #expect(try AuthorizationDetails(parsing: details.json.description) == details)
    }

    @Test("What a wallet makes is read")
    func made() throws {
        let made = AuthorizationDetail(
            credentialConfigurationID: "c", locations: ["https://issuer.example"], claims: [["path": ["a"]]])
        let details = try #require(AuthorizationDetails([made]))
        #expect(try AuthorizationDetails(json: details.json) == details)
        #expect(AuthorizationDetails([]) == nil)
        #expect(AuthorizationDetails(Array(repeating: made, count: 21)) == nil)
    }

    @Test("There are 1 to 20 entries")
    func count() throws {
        #expect(try parse(Array(repeating: entry, count: 20)).entries.count == 20)
        #expect(throws: AuthorizationDetailsRefusal.tooMany) { try parse(Array(repeating: entry, count: 21)) }
        #expect(throws: AuthorizationDetailsRefusal.empty) { try parse([]) }
        #expect(throws: AuthorizationDetailsRefusal.tooMany) {
            try AuthorizationDetails(parsing: String(repeating: " ", count: 32_769))
        }
    }

    @Test("What is malformed is refused for what it is")
    func malformed() {
        for (name, value, refusal) in [
            ("type", nil, .missingType), ("type", 1, .missingType), ("type", "payment", .unsupportedType),
            ("type", "OpenID_credential", .unsupportedType),
            ("credential_configuration_id", nil, .missingConfigurationID),
            ("credential_configuration_id", "", .missingConfigurationID),
            ("credential_configuration_id", .string(String(repeating: "c", count: 513)), .missingConfigurationID),
            ("claims", [], .malformedClaims), ("claims", ["a"], .malformedClaims), ("claims", [[:]], .malformedClaims),
            ("claims", [["path": []]], .malformedClaims), ("claims", [["path": [-1]]], .malformedClaims),
            ("claims", [["path": [true]]], .malformedClaims),
            ("claims", [["path": ["a"], "mandatory": 1]], .malformedClaims),
            ("locations", [], .malformedLocations), ("locations", "https://a.example", .malformedLocations),
            ("locations", [1], .malformedLocations), ("locations", ["a.example"], .malformedLocations),
        ] as [(String, JSON?, AuthorizationDetailsRefusal)] {
            #expect(throws: refusal, "\(name) \(value as Any)") { try parse([entry.with(name, value)]) }
            #expect(refusal.wire.code == "invalid_authorization_details")
            #expect(!refusal.reason.isEmpty)
        }
        #expect(throws: AuthorizationDetailsRefusal.notObject) { try AuthorizationDetails(json: [1]) }
        #expect(throws: AuthorizationDetailsRefusal.notJSONArray) { try AuthorizationDetails(json: [:]) }
        #expect(throws: AuthorizationDetailsRefusal.notJSONArray) { try AuthorizationDetails(parsing: "[") }
    }

    @Test("The token response echoes each entry with what it gives, and a wallet reads that")
    func granted() throws {
        let details = try parse([entry.with("x", 1), entry.with("credential_configuration_id", "none")])
        let json = details.granted { $0.credentialConfigurationID == "c" ? ["id-1", "id-2"] : [] }
        #expect(json == .array([.object(entry.with("x", 1).with("credential_identifiers", ["id-1", "id-2"]))]))
        #expect(
            try GrantedAuthorizationDetail.entries(in: json).map(\.credentialIdentifiers) == [["id-1", "id-2"]])
        let other: JSON = [["type": "payment"], .object(entry.with("credential_identifiers", ["i"]))]
        #expect(try GrantedAuthorizationDetail.entries(in: other).map(\.credentialConfigurationID) == ["c"])
    }

    @Test("A token response that does not say what it gives is refused")
    func notGranted() {
        for (json, refusal) in [
            ([:], .notJSONArray), ([1], .notObject), ([.object(entry)], .missingConfigurationID),
            ([.object(entry.with("credential_identifiers", []))], .missingConfigurationID),
            ([.object(entry.with("credential_identifiers", [1]))], .missingConfigurationID),
            ([.object(entry.with("credential_identifiers", [""]))], .missingConfigurationID),
            (.array(Array(repeating: .object(entry), count: 21)), .tooMany),
        ] as [(JSON, AuthorizationDetailsRefusal)] {
            #expect(throws: refusal) { try GrantedAuthorizationDetail.entries(in: json) }
        }
    }
}
