import HTTPTypes
import WireFormats

extension BadCredentialRequest {
    private static let mediaType = "The body must be application/json"
    private static let oneIdentification = "Send exactly one of credential_configuration_id and credential_identifier"

    static let malformed: [BadCredentialRequest] = [
        .changed("no media type", .malformed(mediaType), reason: mediaType) { $0.headers[.contentType] = nil },
        .changed("a form", .malformed(mediaType), reason: mediaType) {
            $0.headers[.contentType] = "application/x-www-form-urlencoded"
        },
        .changed("an encrypted request", .malformed(mediaType), reason: mediaType) {
            $0.headers[.contentType] = "application/jwt"
        },
        .body("no body", [], "The body is not acceptable JSON: it ends too early"),
        .body("half a body", Array(#"{"proofs""#.utf8), "The body is not acceptable JSON: it ends too early"),
        .body(
            "a member twice", Array(#"{"proofs":{},"proofs":{}}"#.utf8),
            "The body is not acceptable JSON: a member occurs twice, again at byte 13"),
        .body(
            "bytes after the value", Array("{} {}".utf8),
            "The body is not acceptable JSON: something follows the value at byte 3"),
        .body(
            "broken UTF-8", Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8),
            "The body is not acceptable JSON: invalid UTF-8 in the text at byte 6"),
        .body(
            "a lone surrogate", Array(#"{"a":"\ud800"}"#.utf8),
            "The body is not acceptable JSON: invalid escape at byte 7"),
        .body(
            "nesting without end", [UInt8](repeating: UInt8(ascii: "["), count: 1000),
            "The body is not acceptable JSON: nested too deeply at byte 8"),
        .body(
            "more values than any request has", Array(("[" + String(repeating: "1,", count: 2000) + "1]").utf8),
            "The body is not acceptable JSON: too many values, by byte 1999"),
        .body("an array", Array("[]".utf8), "The body must be a JSON object"),
        .changed("no credential named", .malformed(oneIdentification), reason: oneIdentification) {
            $0.members["credential_configuration_id"] = nil
        },
        .changed("a credential named in two ways", .malformed(oneIdentification), reason: oneIdentification) {
            $0.members["credential_identifier"] = "card"
        },
        .wrongType("credential_configuration_id") { $0.members["credential_configuration_id"] = 1 },
        .wrongType("credential_identifier") { call in
            call.members["credential_configuration_id"] = nil
            call.members["credential_identifier"] = true
        },
        .wrongType("proofs") { $0.members["proofs"] = "eyJ" },
        .wrongType("proofs.jwt") { $0.members["proofs"] = ["jwt": "eyJ"] },
        .wrongType("proofs.jwt") { $0.members["proofs"] = ["jwt": [1]] },
        .wrongType("proof") { $0.members["proof"] = "eyJ" },
        .wrongType("proof") { $0.members["proof"] = ["jwt": "eyJ"] },
        .wrongType("proof.jwt") { $0.members["proof"] = ["proof_type": "jwt"] },
        .shape("two proof types", "Send proofs with exactly one proof type") {
            $0.members["proofs"] = ["jwt": ["eyJ"], "attestation": ["eyJ"]]
        },
        .shape("no proof type", "Send proofs with exactly one proof type") { $0.members["proofs"] = [:] },
        .shape("proofs and proof", "Send proofs with exactly one proof type") { call in
            call.setProofs([try call.proof.signed()])
            call.members["proof"] = ["proof_type": "jwt", "jwt": .string(try call.proof.signed())]
        },
        .shape("another proof type", "This proof type is not supported") {
            $0.members["proofs"] = ["di_vp": [[:]]]
        },
        .shape("another proof type of old drafts", "This proof type is not supported") {
            $0.members["proof"] = ["proof_type": "cwt", "cwt": "2oR"]
        },
        .changed(
            "encryption asked",
            .init("invalid_encryption_parameters", "This issuer does not encrypt credential responses"),
            reason: "credential_response_encryption is not supported"
        ) { $0.members["credential_response_encryption"] = ["jwk": [:], "enc": "A256GCM"] },
    ]

    private static func wrongType(
        _ member: String, _ change: @escaping @Sendable (inout CredentialCall) throws -> Void
    ) -> BadCredentialRequest {
        shape(member + " of the wrong type", member + " is of the wrong type", change)
    }

    private static func shape(
        _ description: String, _ text: String, _ change: @escaping @Sendable (inout CredentialCall) throws -> Void
    ) -> BadCredentialRequest {
        changed(description, .malformed(text), reason: text, change)
    }
}
