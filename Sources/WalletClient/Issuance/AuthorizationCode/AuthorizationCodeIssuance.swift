package import Foundation
import JOSE
package import OAuth
package import OpenID4VCI
package import Verifier
import WireFormats

/// The holder's side of the authorization code flow, OpenID4VCI 1.0 §3.4: ``begin(_:redirectURI:by:)`` gives an
/// address for the browser, ``finish(_:redirectedTo:)`` turns the answer into access, ``fetch(_:_:)`` fetches.
package struct AuthorizationCodeIssuance: Sendable {
    /// How long an answer of the login is waited for.
    package static let patience: TimeInterval = 15 * 60

    let means: IssuanceMeans
    let identity: WalletClientIdentity

    /// - Parameter keys: how issuers' keys are found; nil for what the issuers publish themselves.
    package init(
        exchange: any HTTPExchange, keys: (any IssuerKeyResolver)? = nil, languages: LanguagePreference,
        identity: WalletClientIdentity, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        means = IssuanceMeans(exchange: exchange, keys: keys, languages: languages, now: now)
        self.identity = identity
    }

    /// Reads the link, fetches offer and metadata, and gives what to show: the flow that an issuer begins.
    package func open(_ link: String) async throws(WalletRefusal) -> RequestableCredentials {
        try await open(means.discovery.offer(of: link))
    }

    /// Fetches the metadata of an offer that was read before. An offer without grants is open to any, §4.1.1.
    package func open(_ offer: CredentialOffer) async throws(WalletRefusal) -> RequestableCredentials {
        guard offer.authorizationCode != nil || offer.preAuthorizedCode == nil else { throw .noLoginOffered }
        return try await open(
            offer.credentialConfigurationIDs, of: offer.credentialIssuer, under: offer.authorizationCode)
    }

    /// The flow that the wallet begins.
    ///
    /// - Parameters:
    ///   - issuer: a credential issuer identifier.
    ///   - configurationIDs: at least one.
    package func open(
        issuer: String, configurationIDs: [String]
    ) async throws(WalletRefusal) -> RequestableCredentials {
        try await open(configurationIDs, of: issuer, under: nil)
    }

    private func open(
        _ configurationIDs: [String], of issuer: String, under grant: CredentialOffer.AuthorizationCodeGrant?
    ) async throws(WalletRefusal) -> RequestableCredentials {
        let described = try await means.discovery.describe(configurationIDs, of: issuer)
        let server = try await means.discovery.authorizationServer(
            of: described.metadata, offered: grant?.authorizationServer,
            fitting: { $0.authorizationEndpoint != nil && $0.grantTypes.contains(GrantType.authorizationCode) })
        return RequestableCredentials(described: described, issuerState: grant?.issuerState, server: server)
    }

    /// Makes the request, and pushes it where the server takes that (RFC 9126). Nobody has logged in yet.
    ///
    /// - Parameters:
    ///   - redirectURI: where the browser is to bring the answer: the client's own, as it is registered.
    ///   - style: how to say what is wanted, if there is a choice.
    ///   - further: what else is wanted.
    ///   - prompts: what the person is to be asked in any case.
    package func begin(
        _ wanted: RequestableCredentials, redirectURI: String, by style: RequestStyle = .authorizationDetails,
        asking further: FurtherScopes = .renewal, prompting prompts: Set<Prompt> = []
    ) async throws(WalletRefusal) -> PendingAuthorization {
        let endpoint = try Self.authorizationEndpoint(of: wanted.server)
        let conversation = ServerConversation(
            means: means, server: TokenServer(wanted.server), identity: identity)
        let secrets = Secrets(key: conversation.newKey())
        let wish = wanted.wish(by: style)
        var request = try request(for: wanted, wish, redirectURI: redirectURI, with: secrets)
        request.prompts = prompts
        for scope in further.names where wanted.server.scopes.contains(scope) && !request.scopes.contains(scope) {
            request.scopes.append(scope)
        }
        let url: String
        if let pushEndpoint = wanted.server.pushedAuthorizationRequestEndpoint {
            let uri = try await conversation.push(request, to: pushEndpoint)
            url = AuthorizationRequest.url(at: endpoint, clientID: identity.clientID, requestURI: uri)
        } else {
            url = request.url(at: endpoint)
        }
        return PendingAuthorization(
            url: url, redirectURI: redirectURI, issuer: wanted.issuer, clientID: identity.clientID,
            expiresAt: means.now().addingTimeInterval(Self.patience), server: conversation.server, wish: wish,
            state: secrets.state, nonce: secrets.nonce, verifier: secrets.verifier, key: secrets.key)
    }

    /// What is new for each request.
    private struct Secrets {
        let state = Base64URL.encode(secureRandomBytes(32))
        let nonce = Base64URL.encode(secureRandomBytes(32))
        let verifier = CodeVerifier()
        let key: PrivateKey?
    }

    /// RFC 9700 §2.1.1: without PKCE whoever gets hold of the code could use it.
    private static func authorizationEndpoint(
        of server: AuthorizationServerMetadata
    ) throws(WalletRefusal) -> String {
        // RFC 6749 §3.1: no fragment, in which the request would not reach the server.
        guard let endpoint = server.authorizationEndpoint, (try? WebAddress(endpoint)) != nil, !endpoint.contains("#")
        else { throw .noLoginOffered }
        guard server.codeChallengeMethods.contains(CodeChallenge.method) else { throw .noCodeChallenge }
        guard !server.requiresPushedAuthorizationRequests || server.pushedAuthorizationRequestEndpoint != nil else {
            throw .malformedAnswer(.authorizationServerMetadata)
        }
        return endpoint
    }

    private func request(
        for wanted: RequestableCredentials, _ wish: CredentialWish, redirectURI: String, with secrets: Secrets
    ) throws(WalletRefusal) -> AuthorizationRequest {
        var request = AuthorizationRequest(clientID: identity.clientID, redirectURI: redirectURI)
        request.state = secrets.state
        request.nonce = secrets.nonce
        request.codeChallenge = secrets.verifier.challenge
        request.dpopKeyThumbprint = secrets.key.map { means.session(with: $0).thumbprint }
        request.issuerState = wanted.issuerState
        // RFC 8707: which of the server's issuers the token is for, OpenID4VCI 1.0 §5.1.2.
        request.resources = [wanted.issuer]
        if let scopes = wish.scopes {
            for scope in scopes where !request.scopes.contains(scope) { request.scopes.append(scope) }
        } else {
            request.authorizationDetails = try Self.details(of: wanted)
        }
        return request
    }

    private static func details(of wanted: RequestableCredentials) throws(WalletRefusal) -> AuthorizationDetails {
        // §5.1.1: a server that is not the issuer's own must be told whose credentials these are.
        let locations = wanted.described.metadata.namesAuthorizationServers ? [wanted.issuer] : []
        let entries = wanted.credentials.map {
            AuthorizationDetail(credentialConfigurationID: $0.configurationID, locations: locations)
        }
        guard let details = AuthorizationDetails(entries) else { throw .tooManyCredentials }
        return details
    }
}

/// What is asked for beside credentials, as far as the server has it.
package enum FurtherScopes: Sendable {
    /// To have them again without a login: OpenID Connect Core §11.
    case renewal
    case these([String])

    fileprivate var names: [String] {
        switch self {
        case .renewal: ["offline_access"]
        case .these(let names): names
        }
    }
}

extension RequestableCredentials {
    fileprivate func wish(by style: RequestStyle) -> CredentialWish {
        let scopes = credentials.compactMap(\.configuration.scope)
        return CredentialWish(
            configurationIDs: credentials.map(\.configurationID),
            scopes: style == .scope && scopes.count == credentials.count ? scopes : nil)
    }
}
