package import Foundation
package import OAuth

/// Token endpoint, RFC 6749 §3.2 and OpenID4VCI 1.0 §6 (#token-endpoint).
package struct TokenEndpoint: Sendable {
    /// Nil where no offers are made.
    let preAuthorized: PreAuthorizedTokens?
    /// Nil where nobody logs in: then clients are not known either.
    let grants: GrantTokens?
    let proofs: ProofOfPossession
    let now: @Sendable () -> Date

    package init(
        preAuthorized: PreAuthorizedTokens?, grants: GrantTokens?, proofs: ProofOfPossession,
        now: @escaping @Sendable () -> Date
    ) {
        self.preAuthorized = preAuthorized
        self.grants = grants
        self.proofs = proofs
        self.now = now
    }

    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let form = try EndpointForm.read(request)
        let message = try AccessTokenRequest(form: form)
        let client = try await client(of: message, request, form, at: instant)
        let proof = try proofs.verify(request, at: instant)
        let uses = (client?.uses ?? []) + (proof.map { [$0.use] } ?? [])
        let answer: TokenResponse
        if case .preAuthorizedCode(let code, let txCode) = message.grant {
            guard let preAuthorized else { throw TokenRefusal.unsupportedGrantType }
            answer = try await preAuthorized.redeem(
                code, txCode: txCode, proof: proof, uses: uses, from: request.clientHint, at: instant)
        } else {
            guard let grants else { throw TokenRefusal.unsupportedGrantType }
            guard let client else { throw ClientAuthenticationRefusal.noClient }
            answer = try await grants.give(
                message, to: TokenRecipient(client: client, proof: proof, uses: uses), at: instant)
        }
        var response = EndpointResponse.privateJSON(answer.encoded())
        if let client { grants?.authenticator.addChallenge(to: &response, for: client, at: instant) }
        proofs.addNonce(to: &response, after: proof, at: instant)
        return response
    }
}

extension TokenEndpoint {
    /// The client of a request; nil if it names none, or with a pre-authorized code one that nobody knows: whoever has
    /// that code may be anybody (OpenID4VCI 1.0 §6.1).
    private func client(
        of message: AccessTokenRequest, _ request: EndpointRequest, _ form: RequestForm, at instant: Date
    ) async throws -> AuthenticatedClient? {
        do {
            return try await grants?.authenticator.authenticateIfNamed(request, form, at: instant)
        } catch ClientAuthenticationRefusal.unknownClient(.none) where message.grant.type == GrantType.preAuthorizedCode
        {
            return nil
        }
    }
}

/// Who asks for a token, and what they have shown.
struct TokenRecipient: Sendable {
    let client: AuthenticatedClient
    let proof: DPoPProof?
    let uses: [SingleUse]
}
