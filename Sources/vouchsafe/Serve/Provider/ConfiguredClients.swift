import AuthorizationServer
import ConfigurationFile
import CredentialIssuer
import Foundation
import JOSE
import OAuth
import WireFormats

extension Installation {
    /// The clients of the configuration file, and the portal's own if it is served here too.
    func configuredClients(_ roles: Set<ServerRole>) throws -> [RegisteredClient] {
        var clients = try configuration.clients.map(client)
        if roles.contains(.portal), configuration.portal.provider == configuration.publicURL {
            clients.append(portalClient)
        }
        return clients
    }

    private func client(_ settings: ClientSettings) throws -> RegisteredClient {
        var metadata = ClientMetadata()
        metadata.name = settings.name
        metadata.redirectURIs = settings.redirectURIs
        metadata.grantTypes = settings.grants.map(\.rawValue)
        metadata.scope = settings.scopes
        metadata.bindsTokensByDPoP = settings.requiresDPoP
        metadata.policyURI = settings.policyURI
        metadata.termsURI = settings.termsURI
        metadata.postLogoutRedirectURIs = settings.postLogoutRedirectURIs
        metadata.backchannelLogoutURI = settings.backchannelLogoutURI
        metadata.idTokenAlgorithm = .es256
        var secretHash: [UInt8]?
        switch settings.authentication {
        case .public: metadata.authenticationMethod = .none
        case .secret(let file):
            metadata.authenticationMethod = .clientSecretBasic
            secretHash = RegisteredClient.hash(ofSecret: try secret(file))
        case .keys(let file):
            metadata.authenticationMethod = .privateKeyJWT
            guard let set = try? JSON(parsing: try contents(file)), set["keys"]?.array != nil else {
                throw CommandFailure("\(file): is no JWK set")
            }
            metadata.keys = .inline(set)
        case .keysAt(let address):
            metadata.authenticationMethod = .privateKeyJWT
            metadata.keys = .address(address)
        case .attestation: metadata.authenticationMethod = .attestation
        }
        return RegisteredClient(
            id: settings.id, metadata: metadata, secretHash: secretHash, isVerified: settings.isVerified,
            leastACR: settings.acr,
            // A client that is itself one of the services that take tokens may ask about those.
            resource: configuration.authorizationServer.resources.first { $0.identifier == settings.id }?.identifier)
    }

    private var portalClient: RegisteredClient {
        let address = configuration.publicURL
        var metadata = ClientMetadata()
        let name = configuration.display.map { LocalizedText.Entry(language: $0.locale, text: $0.name) }
        metadata.name = LocalizedText(name)
        metadata.redirectURIs = [RedirectURI(address + "/portal/callback")].compactMap { $0 }
        metadata.authenticationMethod = .privateKeyJWT
        metadata.keys = .inline(keys.ring.portalKeySet)
        metadata.bindsTokensByDPoP = true
        metadata.idTokenAlgorithm = .es256
        return RegisteredClient(id: configuration.portal.clientID, metadata: metadata, isVerified: true)
    }
}
