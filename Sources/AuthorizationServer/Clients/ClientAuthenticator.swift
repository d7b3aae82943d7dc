package import Foundation
import HTTPTypes
package import JOSE
package import OAuth
import WireFormats

/// A client that has shown who it is, or that has nothing to show.
package struct AuthenticatedClient: Sendable {
    package let client: RegisteredClient
    /// Assertions that were shown; spent with what is done.
    package let uses: [SingleUse]
    /// Thumbprint of the wallet instance's key, if the wallet is attested: refresh tokens are bound to it.
    package let instanceKey: [UInt8]?
    /// The wallet was not registered: its attester vouches for it.
    package let isAttestedOnly: Bool

    var isPublic: Bool { client.isPublic }
}

/// Finds the key of an attester that the operator trusts.
package protocol TrustedAttesters: Sendable {
    /// - Throws: if the attester, or the certificate that the attestation brings, is not trusted.
    func key(of attestation: UnverifiedJWS, attester: String?, at instant: Date) async throws -> PublicKey
}

/// Authenticates clients, RFC 6749 §2.3, RFC 7523, and wallets by attestation.
package struct ClientAuthenticator: Sendable {
    let clients: ClientDirectory
    let policy: AuthorizationPolicy
    let attesters: any TrustedAttesters
    let challenges: TicketMint

    package init(
        clients: ClientDirectory, policy: AuthorizationPolicy, attesters: any TrustedAttesters, challenges: TicketMint
    ) {
        self.clients = clients
        self.policy = policy
        self.attesters = attesters
        self.challenges = challenges
    }

    /// Seconds that an attestation challenge is taken.
    private static let challengeLifetime: TimeInterval = 300

    func authenticate(
        _ request: EndpointRequest, _ form: RequestForm, at instant: Date
    ) async throws -> AuthenticatedClient {
        guard let authenticated = try await authenticateIfNamed(request, form, at: instant) else {
            throw ClientAuthenticationRefusal.noClient
        }
        return authenticated
    }

    /// The client of a request; nil if it names none at all.
    func authenticateIfNamed(
        _ request: EndpointRequest, _ form: RequestForm, at instant: Date
    ) async throws -> AuthenticatedClient? {
        let credentials = try ClientCredentials(in: request, form: form)
        switch credentials {
        case .anonymous: return nil
        case .attestation(let attestation): return try await authenticate(attestation, at: instant)
        case .none(let id): return plain(try await find(id, .none))
        case .basic(let id, let secret), .post(let id, let secret):
            let client = try await find(id, credentials.method)
            guard let hash = client.secretHash,
                constantTimeEqual(RegisteredClient.hash(ofSecret: secret), hash)
            else { throw ClientAuthenticationRefusal.wrongSecret(credentials.method) }
            return plain(client)
        case .assertion(let assertion): return try await authenticate(assertion, at: instant)
        }
    }

    private func plain(_ client: RegisteredClient) -> AuthenticatedClient {
        AuthenticatedClient(client: client, uses: [], instanceKey: nil, isAttestedOnly: false)
    }

    private func find(_ id: String, _ method: ClientAuthenticationMethod) async throws -> RegisteredClient {
        guard let client = try await clients.client(id) else { throw ClientAuthenticationRefusal.unknownClient(method) }
        guard client.metadata.authenticationMethod == method || Self.isSecret(method, client) else {
            throw ClientAuthenticationRefusal.methodNotAllowed(method)
        }
        guard policy.profile != .fapi2 || method == .privateKeyJWT || method == .attestation else {
            throw ClientAuthenticationRefusal.methodNotAllowed(method)
        }
        return client
    }

    /// A secret may be sent in the header or in the form, whatever was registered: many libraries try both.
    private static func isSecret(_ method: ClientAuthenticationMethod, _ client: RegisteredClient) -> Bool {
        let secrets: [ClientAuthenticationMethod] = [.clientSecretBasic, .clientSecretPost]
        return secrets.contains(method) && secrets.contains(client.metadata.authenticationMethod)
    }

    private func authenticate(
        _ assertion: UnverifiedClientAssertion, at instant: Date
    ) async throws -> AuthenticatedClient {
        let client = try await find(assertion.clientID, .privateKeyJWT)
        guard let keys = await clients.keys(of: client, keyID: assertion.keyID, at: instant) else {
            throw ClientAuthenticationRefusal.unknownClient(.privateKeyJWT)
        }
        var algorithms = DPoPProof.defaultAlgorithms
        if policy.profile != .fapi2 { algorithms.insert(.rs256) }
        if let only = client.metadata.authenticationAlgorithm { algorithms.formIntersection([only]) }
        // FAPI 2.0 §5.3.2.1: the issuer only. Older clients name an endpoint.
        let endpoints = ["/auth/token-endpoint", "/auth/par", "/auth/introspect", "/auth/revoke"]
        let verified = try ClientAssertion(
            verifying: assertion,
            expecting: ClientAssertion.Expectation(
                issuer: policy.issuer,
                keys: VerificationKeys { keys.verificationKeys(keyID: $0, algorithm: $1) }, now: instant,
                algorithms: algorithms,
                audience: policy.profile == .fapi2 ? .issuerOnly : .issuerOr(endpoints.map { policy.issuer + $0 }),
                // Widely used libraries make assertions for an hour.
                maximumLifetime: policy.profile == .fapi2 ? 600 : 3600))
        let use = SingleUse(
            .clientAssertion, of: client.id.utf8, identifier: verified.identifier,
            expiresAt: verified.expiresAt.addingTimeInterval(60))
        return AuthenticatedClient(client: client, uses: [use], instanceKey: nil, isAttestedOnly: false)
    }

    private func authenticate(
        _ attestation: UnverifiedClientAttestation, at instant: Date
    ) async throws -> AuthenticatedClient {
        guard
            let key = try? await attesters.key(
                of: attestation.attestation, attester: attestation.attester, at: instant)
        else { throw ClientAuthenticationRefusal.untrustedAttester }
        let verified = try ClientAttestation(
            verifying: attestation,
            expecting: ClientAttestation.Expectation(issuer: policy.issuer, now: instant),
            trustedKey: { _, _ in key })
        if let challenge = verified.challenge { try check(challenge, at: instant) }
        let registered = try await clients.client(verified.clientID)
        if let registered, registered.metadata.authenticationMethod != .attestation {
            throw ClientAuthenticationRefusal.methodNotAllowed(.attestation)
        }
        let use = SingleUse(
            .attestationProof, of: verified.key.thumbprint, identifier: verified.proofIdentifier,
            expiresAt: verified.proofIssuedAt.addingTimeInterval(360))
        return AuthenticatedClient(
            client: registered ?? .attestedWallet(verified.clientID, attester: verified.attester), uses: [use],
            instanceKey: verified.key.thumbprint, isAttestedOnly: registered == nil)
    }

    private func check(_ challenge: String, at instant: Date) throws(ClientAuthenticationRefusal) {
        guard let made = challenges.recognise(challenge)?.madeAt,
            instant.timeIntervalSince(made) <= Self.challengeLifetime
        else { throw .challengeUnusable }
    }

    /// Challenge endpoint of the client attestation draft, §8.
    package func respondToChallengeRequest(at instant: Date) -> EndpointResponse {
        AttestationChallenge(challenges.mint(at: instant).text).response
    }

    /// The next challenge comes with the answer, so that it need not be asked for.
    func addChallenge(to response: inout EndpointResponse, for client: AuthenticatedClient, at instant: Date) {
        guard client.instanceKey != nil else { return }
        response.headers[.clientAttestationChallenge] = challenges.mint(at: instant).text
    }
}

extension RegisteredClient {
    /// A wallet that nobody registered: whoever its attester vouches for may ask, bound to a key.
    static func attestedWallet(_ id: String, attester: String?) -> RegisteredClient {
        var metadata = ClientMetadata()
        metadata.authenticationMethod = .attestation
        metadata.grantTypes = [
            GrantType.authorizationCode, GrantType.refreshToken, GrantType.preAuthorizedCode,
        ]
        metadata.applicationType = .native
        metadata.bindsTokensByDPoP = true
        metadata.idTokenAlgorithm = .es256
        return RegisteredClient(id: id, metadata: metadata)
    }
}
