import HTTPTypes
import Testing
import WireFormats

/// One thing that is wrong with a credential request, and what its sender and the operator are told.
struct BadCredentialRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let refusal: ExpectedRefusal
    /// What the timeline says; nil if the request does not get as far as being anybody's.
    let reason: String?
    let send: @Sendable (CredentialCall) async throws -> Reply

    init(
        _ description: String, _ refusal: ExpectedRefusal, reason: String?,
        send: @escaping @Sendable (CredentialCall) async throws -> Reply
    ) {
        (testDescription, self.refusal, self.reason, self.send) = (description, refusal, reason, send)
    }

    /// A request with one change.
    static func changed(
        _ description: String, _ refusal: ExpectedRefusal, reason: String?,
        _ change: @escaping @Sendable (inout CredentialCall) throws -> Void
    ) -> BadCredentialRequest {
        BadCredentialRequest(description, refusal, reason: reason) { call in
            var call = call
            try change(&call)
            return try await call.send()
        }
    }

    /// A request whose body is `body`.
    static func body(_ description: String, _ body: [UInt8], _ text: String) -> BadCredentialRequest {
        changed(description, .malformed(text), reason: text) { $0.body = body }
    }

    /// A request whose proof has one change.
    static func proof(
        _ description: String, _ text: String, _ change: @escaping @Sendable (inout ProofDraft) throws -> Void
    ) -> BadCredentialRequest {
        changed(description, .init("invalid_proof", text), reason: "key proof: " + text) { try change(&$0.proof) }
    }

    /// A request with `text` as its only proof.
    static func proofText(
        _ description: String, _ text: String, _ make: @escaping @Sendable (ProofDraft) throws -> String
    ) -> BadCredentialRequest {
        changed(description, .init("invalid_proof", text), reason: "key proof: " + text) {
            $0.setProofs([try make($0.proof)])
        }
    }
}

extension ExpectedRefusal {
    static func malformed(_ text: String) -> ExpectedRefusal { .init("invalid_credential_request", text) }

    static let nonce = ExpectedRefusal(
        "invalid_nonce", "The nonce is unknown, expired or already used: fetch a new one")
    static let noSuchToken = ExpectedRefusal(
        401, "invalid_token", "The access token is unknown, expired or revoked", challenge: .withError)
}
