package import JOSE
package import WireFormats

/// How a client authenticates, RFC 7591 §2 and the client attestation draft.
package enum ClientAuthenticationMethod: String, Sendable, CaseIterable {
    /// A public client.
    case none
    case clientSecretBasic = "client_secret_basic"
    case clientSecretPost = "client_secret_post"
    case privateKeyJWT = "private_key_jwt"
    case attestation = "attest_jwt_client_auth"
}

/// What is registered about a client: RFC 7591 §2, OpenID Connect Dynamic Client Registration 1.0 §2, and what PAR, DPoP,
/// JAR and the logout specifications add. Unknown members are ignored.
package struct ClientMetadata: Sendable, Equatable {
    package var redirectURIs: [RedirectURI] = []
    package var authenticationMethod = ClientAuthenticationMethod.clientSecretBasic
    package var grantTypes: [String] = [GrantType.authorizationCode]
    package var responseTypes = ["code"]
    package var applicationType = ApplicationType.web
    package var name: LocalizedText?
    package var clientURI: String?
    package var logoURI: String?
    package var policyURI: String?
    package var termsURI: String?
    package var contacts: [String] = []
    /// Nil if the client may ask for whatever there is.
    package var scope: [String]?
    package var keys: Keys?
    package var subjectType: String?
    package var sectorIdentifierURI: String?
    package var idTokenAlgorithm = SignatureAlgorithm.rs256
    package var idTokenEncryption: Encryption?
    /// Nil for plain JSON.
    package var userInfoAlgorithm: SignatureAlgorithm?
    package var userInfoEncryption: Encryption?
    package var introspectionAlgorithm: SignatureAlgorithm?
    /// Nil for any that is taken.
    package var requestObjectAlgorithm: SignatureAlgorithm?
    package var authenticationAlgorithm: SignatureAlgorithm?
    package var defaultMaxAge: Int?
    package var requiresAuthTime = false
    package var defaultACRValues: [String] = []
    package var initiateLoginURI: String?
    /// Where request objects by reference are; a fragment may hold the hash of the contents.
    package var requestURIs: [String] = []
    package var postLogoutRedirectURIs: [RedirectURI] = []
    package var backchannelLogoutURI: String?
    package var backchannelLogoutSessionRequired = false
    package var bindsTokensByDPoP = false
    package var requiresPushedRequests = false
    package var requiresSignedRequests = false
    package var softwareID: String?
    package var softwareVersion: String?

    package enum ApplicationType: String, Sendable {
        case web
        case native
    }

    /// Where the client's public keys are.
    package enum Keys: Sendable, Equatable {
        /// A JWK set.
        case inline(JSON)
        case address(String)
    }

    /// RFC 7516 algorithm names.
    package struct Encryption: Sendable, Equatable {
        package let algorithm: String
        package let encryption: String

        package init(algorithm: String, encryption: String) {
            (self.algorithm, self.encryption) = (algorithm, encryption)
        }
    }

    package init() {}
}

/// Why metadata is not registered, RFC 7591 §3.2.2.
package enum ClientMetadataRefusal: Refusal, Equatable {
    case redirectURI(String)
    case member(String, String)

    package var wire: WireRefusal {
        switch self {
        case .redirectURI(let why): WireRefusal("invalid_redirect_uri", why)
        case .member(let name, let why): WireRefusal("invalid_client_metadata", "\(name): \(why)")
        }
    }

    package var reason: String { wire.description }
}
