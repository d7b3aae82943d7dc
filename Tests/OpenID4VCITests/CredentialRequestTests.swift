import HTTPTypes
import OAuth
import OpenID4VCI
import TestSupport
import Testing
import WireFormats

/// Each test makes a valid request and takes one change.
@Suite("Credential request")
struct CredentialRequestTests {
    private let valid: JSONObject = ["credential_configuration_id": "student", "proofs": ["jwt": ["a.b.c", "d.e.f"]]]

    private func decode(
        _ body: [UInt8], type: String? = "application/json"
    ) throws(CredentialRequest.Malformation) -> CredentialRequest {
        var headers: HTTPFields = [:]
        headers[.contentType] = type
        return try CredentialRequest(decoding: EndpointRequest(method: .post, headers: headers, body: body))
    }

    private func changed(_ changes: KeyValuePairs<String, JSON?>) -> [UInt8] {
        var object = valid
        for (name, value) in changes { object[name] = value }
        return JSON.object(object).encoded()
    }

    private func refuses(
        _ reason: CredentialRequest.Malformation, _ changes: KeyValuePairs<String, JSON?>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: reason, sourceLocation: sourceLocation) { try decode(changed(changes)) }
    }

    @Test("Both ways to say which credential are read, and all ways to send proofs")
    func accepted() throws {
        let request = try decode(changed([:]))
        #expect(request.credential == .configurationID("student"))
        #expect(request.proofs == .jwt(["a.b.c", "d.e.f"]))
        let byIdentifier = try decode(changed(["credential_configuration_id": nil, "credential_identifier": "s-1"]))
        #expect(byIdentifier.credential == .identifier("s-1"))
        #expect(try decode(changed(["proofs": nil])).proofs == .none)
        // Drafts up to 13.
        let single: JSON = ["proof_type": "jwt", "jwt": "a.b.c"]
        #expect(try decode(changed(["proofs": nil, "proof": single])).proofs == .jwt(["a.b.c"]))
    }

    @Test(
        "A request comes back from its body",
        arguments: [
            CredentialRequest(credential: .configurationID("student"), proofs: .none),
            CredentialRequest(credential: .identifier("s\"1é"), proofs: .jwt(["a.b.c"])),
            CredentialRequest(credential: .configurationID("student"), proofs: .jwt(["a.b.c", "d.e.f"])),
        ])
    func roundTrip(request: CredentialRequest) throws {
        #expect(try decode(request.encoded()) == request)
    }

    @Test("Unknown members are ignored, at the top and in a proof")
    func unknownMembers() throws {
        #expect(try decode(changed(["format": "dc+sd-jwt", "x": [[1]], "vct": nil])) == decode(changed([:])))
        let single: JSON = ["proof_type": "jwt", "jwt": "a.b.c", "cwt": 1]
        #expect(try decode(changed(["proofs": nil, "proof": single])).proofs == .jwt(["a.b.c"]))
    }

    @Test(
        "A body of another media type is refused",
        arguments: [nil, "text/plain", "application/jwt", "application/json, text/plain"])
    func mediaType(type: String?) {
        #expect(throws: CredentialRequest.Malformation.mediaType) { try decode(changed([:]), type: type) }
    }

    @Test(
        "A body that is no JSON is refused for what is wrong with it",
        arguments: [
            ("", JSONMalformation.unexpectedEnd), ("{}x", .trailingBytes(offset: 2)),
            ("{\"a\":1,\"a\":2}", .duplicateName(offset: 7)), ("[[[[[[[[[", .tooDeep(offset: 8)),
            ("{\"credential_identifier\":\"\\ud800\"}", .invalidEscape(offset: 27)),
        ])
    func json(body: String, reason: JSONMalformation) {
        #expect(throws: CredentialRequest.Malformation.json(reason)) { try decode(body.bytes) }
    }

    @Test("A body of malformed UTF-8 or of too many values is refused")
    func otherJSON() {
        #expect(throws: CredentialRequest.Malformation.json(.invalidUTF8(offset: 2))) {
            try decode("{\"".bytes + [0xFF] + "\":1}".bytes)
        }
        let many = "[" + [String](repeating: "1", count: 1000).joined(separator: ",") + "]"
        #expect(throws: CredentialRequest.Malformation.json(.tooManyValues(offset: 1999))) { try decode(many.bytes) }
    }

    @Test("JSON that is no object is refused", arguments: ["[]", "null", "\"a\"", "1"])
    func notJSONObject(body: String) {
        #expect(throws: CredentialRequest.Malformation.notJSONObject) { try decode(body.bytes) }
    }

    @Test("Neither or both ways to say which credential are refused")
    func identification() {
        refuses(.identification, ["credential_configuration_id": nil])
        refuses(.identification, ["credential_identifier": "a"])
        refuses(.identification, ["credential_identifier": .some(.null)])
    }

    @Test("A member of the wrong type is refused by name")
    func memberOfWrongType() {
        for value in [1, nil, ["student"]] as [JSON] {
            refuses(.memberOfWrongType("credential_configuration_id"), ["credential_configuration_id": value])
            refuses(
                .memberOfWrongType("credential_identifier"),
                ["credential_configuration_id": nil, "credential_identifier": value])
        }
        for value in ["a.b.c", ["a.b.c"], nil] as [JSON] { refuses(.memberOfWrongType("proofs"), ["proofs": value]) }
        for value in ["a.b.c", [1], ["a.b.c", nil], [:]] as [JSON] {
            refuses(.memberOfWrongType("proofs.jwt"), ["proofs": ["jwt": value]])
        }
        for value in ["a.b.c", nil, [:], ["jwt": "a.b.c"], ["proof_type": 1, "jwt": "a.b.c"]] as [JSON] {
            refuses(.memberOfWrongType("proof"), ["proofs": nil, "proof": value])
        }
        for value in [["proof_type": "jwt"], ["proof_type": "jwt", "jwt": ["a.b.c"]]] as [JSON] {
            refuses(.memberOfWrongType("proof.jwt"), ["proofs": nil, "proof": value])
        }
    }

    @Test("Proofs of two types, of none, or sent both ways are refused")
    func proofsNotExactlyOne() {
        refuses(.proofsNotExactlyOne, ["proofs": [:]])
        refuses(.proofsNotExactlyOne, ["proofs": ["jwt": ["a.b.c"], "attestation": ["x"]]])
        refuses(.proofsNotExactlyOne, ["proof": ["proof_type": "jwt", "jwt": "a.b.c"]])
    }

    @Test("Proof types that are not supported are refused", arguments: ["di_vp", "attestation", "cwt", "JWT", ""])
    func unsupportedProofType(type: String) {
        refuses(.unsupportedProofType, ["proofs": .object([type: ["x"]])])
        refuses(.unsupportedProofType, ["proofs": nil, "proof": ["proof_type": .string(type), "jwt": "a.b.c"]])
    }

    @Test("An empty list of proofs is refused")
    func emptyProofs() {
        refuses(.emptyProofs, ["proofs": ["jwt": []]])
    }

    @Test(
        "A wish for an encrypted response is refused, not ignored",
        arguments: [[:], ["jwk": [:], "enc": "A128GCM"], nil] as [JSON])
    func encryption(value: JSON) {
        refuses(.encryptionNotSupported, ["credential_response_encryption": value])
    }
}

@Suite("Credential response")
struct CredentialResponseTests {
    @Test("Credentials come back from the response, which nobody stores", arguments: [1, 3])
    func roundtrip(count: Int) throws {
        let response = CredentialResponse(credentials: (0..<count).map { "e30.e30.A\($0)~WyJd~".bytes })
        let message = response.response
        #expect(message.status == .ok)
        #expect(message.headers == [.contentType: "application/json", .cacheControl: "no-store"])
        #expect(try CredentialResponse(parsing: message.body) == response)
        #expect(try JSON(parsing: message.body)["credentials"]?.array?[0] == ["credential": "e30.e30.A0~WyJd~"])
    }

    @Test("What is no JSON object is refused", arguments: ["", "[]", "e30.e30.AA"])
    func notJSONObject(body: String) {
        #expect(throws: CredentialResponse.Malformation.notJSONObject) { try CredentialResponse(parsing: body.bytes) }
    }

    @Test(
        "A response without credentials is refused",
        arguments: [
            "{}", "{\"credentials\":[]}", "{\"credentials\":\"a\"}", "{\"credential\":\"a\"}",
            "{\"transaction_id\":\"8\"}",
        ])
    func noCredentials(body: String) {
        #expect(throws: CredentialResponse.Malformation.noCredentials) { try CredentialResponse(parsing: body.bytes) }
    }

    @Test(
        "A credential that is no string is refused, even beside one that is",
        arguments: [
            "[\"a\"]", "[{}]", "[{\"credential\":{}}]", "[{\"credential\":\"a\"},{\"credential\":1}]",
            "[{\"credential\":\"a\"},null]",
        ])
    func credentialNotString(list: String) {
        #expect(throws: CredentialResponse.Malformation.credentialNotString) {
            try CredentialResponse(parsing: "{\"credentials\":\(list)}".bytes)
        }
    }
}
