package import Foundation
import JOSE
package import OAuth
import WireFormats

/// Pushed authorization request endpoint, RFC 9126.
package struct PushedRequests: Sendable {
    static let prefix = "urn:ietf:params:oauth:request_uri:"

    let rules: AuthorizationRules
    let authenticator: ClientAuthenticator
    let interactions: any InteractionStore
    let tickets: TicketMint
    let proofs: ProofOfPossession
    let now: @Sendable () -> Date

    package init(
        rules: AuthorizationRules, authenticator: ClientAuthenticator, interactions: any InteractionStore,
        tickets: TicketMint, proofs: ProofOfPossession, now: @escaping @Sendable () -> Date
    ) {
        self.rules = rules
        self.authenticator = authenticator
        self.interactions = interactions
        self.tickets = tickets
        self.proofs = proofs
        self.now = now
    }

    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let form = try EndpointForm.read(request)
        let authenticated = try await authenticator.authenticate(request, form, at: instant)
        let (message, objectUse, object) = try await message(form, authenticated.client, at: instant)
        var asked = message
        let proof = try proofs.verify(request, at: instant)
        if let proof {
            // RFC 9449 §10.1: the proof binds the code, and what the request itself says must fit it.
            if let stated = asked.dpopKeyThumbprint, !stated.hasSameBytes(as: proof.thumbprintText) {
                throw DPoPRefusal.otherKey
            }
            asked.dpopKeyThumbprint = proof.thumbprintText
        }
        let order = try await rules.order(asked, of: authenticated.client, isAuthenticated: !authenticated.isPublic)
        var stored: JSONObject = ["request": .object(asked.json)]
        if order.sharing != nil { stored["object"] = object.map(JSON.string) }
        if !authenticated.isPublic { stored["authenticated"] = true }
        if authenticated.isAttestedOnly { stored["attested"] = true }
        let interaction = Interaction(
            id: TicketID(at: instant), clientID: authenticated.client.id, request: .object(stored), parsed: asked)
        if let replayed = try await interactions.insert(
            interaction, spending: authenticated.uses + [proof?.use, objectUse].compactMap { $0 })
        {
            throw replayed.refusal
        }
        var response = PushedAuthorizationResponse(
            requestURI: Self.prefix + tickets.ticket(for: interaction.id).text,
            lifetime: rules.policy.requestLifetime
        ).response
        authenticator.addChallenge(to: &response, for: authenticated, at: instant)
        proofs.addNonce(to: &response, after: proof, at: instant)
        return response
    }

    /// RFC 9126 §2.1: the request itself, or a request object; never a reference to another.
    private func message(
        _ form: RequestForm, _ client: RegisteredClient, at instant: Date
    ) async throws -> (AuthorizationRequest, SingleUse?, object: String?) {
        let parameters = AuthorizationParameters(form: form)
        let request: AuthorizationRequest
        var use: SingleUse?
        var signed: String?
        switch try parameters.place {
        case .reference: throw AuthorizationRequestRefusal.nestedRequest
        case .requestObject(let object):
            (request, use) = try await SignedRequests(clients: authenticator.clients, policy: rules.policy)
                .request(in: object, of: client, at: instant)
            signed = object
        case .here:
            guard !client.metadata.requiresSignedRequests else { throw AuthorizationRefusal.signatureNeeded }
            request = try AuthorizationRequest(parameters)
        }
        guard request.clientID.hasSameBytes(as: client.id) else {
            throw AuthorizationRequestRefusal.malformed("client_id")
        }
        return (request, use, signed)
    }
}
