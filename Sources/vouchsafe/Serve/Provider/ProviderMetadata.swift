import AuthorizationServer
import ConfigurationFile
import CredentialIssuer
import JOSE
import OAuth
import PersonAuthentication
import WebServer

extension Installation {
    /// Metadata of the whole authorization server, RFC 8414 and OpenID Connect Discovery 1.0.
    func providerMetadata(_ provider: Provider, languages: [String]) -> AuthorizationServerMetadata {
        let url = configuration.publicURL
        typealias Paths = AuthorizationSite.Paths
        var metadata = AuthorizationServerMetadata(
            issuer: url, tokenEndpoint: url + IssuerSite.Paths.token,
            grantTypes: [
                GrantType.authorizationCode, GrantType.refreshToken, GrantType.clientCredentials,
                GrantType.preAuthorizedCode,
            ], allowsAnonymousPreAuthorizedGrant: true)
        metadata.authorizationEndpoint = url + Paths.authorize
        metadata.pushedAuthorizationRequestEndpoint = url + Paths.push
        metadata.userInfoEndpoint = url + Paths.userInfo
        metadata.jwksURI = url + Paths.keys
        metadata.registrationEndpoint = url + Paths.register
        metadata.introspectionEndpoint = url + Paths.introspect
        metadata.revocationEndpoint = url + Paths.revoke
        metadata.endSessionEndpoint = url + Paths.logout
        metadata.challengeEndpoint = url + Paths.challenge
        metadata.scopes =
            ["openid", "offline_access"] + provider.texts.scopes + configuration.credentials.compactMap(\.scope)
        metadata.responseTypes = ["code"]
        metadata.responseModes = ["query", "form_post"]
        metadata.authorizationDetailsTypes = ["openid_credential"] + (provider.desk == nil ? [] : ["data_sharing"])
        metadata.codeChallengeMethods = ["S256"]
        metadata.promptValues = ["none", "login", "consent", "select_account"]
        metadata.displayValues = ["page"]
        metadata.acrValues = provider.policy.levels.map(\.acr)
        metadata.uiLocales = languages
        metadata.claims =
            ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"]
            + provider.texts.definitions.map(\.name)
            + (provider.desk == nil ? [] : ["encrypted_scopes", "claims_pending"])
        // OpenID Connect Core §5.6: what is shared stands in the tokens as JWTs of its own.
        metadata.claimTypes = ["normal"] + (provider.desk == nil ? [] : ["aggregated"])
        metadata.subjectTypes = ["pairwise", "public"]
        addAlgorithms(to: &metadata, provider)
        metadata.requiresPushedAuthorizationRequests = provider.policy.profile == .fapi2
        metadata.statesIssuerInResponses = true
        metadata.takesRequestObjects = true
        metadata.takesClaimsParameter = true
        metadata.logsOutByBackChannel = true
        metadata.namesSessionsInBackChannelLogout = true
        return metadata
    }

    private func addAlgorithms(to metadata: inout AuthorizationServerMetadata, _ provider: Provider) {
        let proofs = DPoPProof.defaultAlgorithms.map(\.rawValue).sorted()
        let isStrict = provider.policy.profile == .fapi2
        let methods: [ClientAuthenticationMethod] =
            isStrict
            ? [.privateKeyJWT, .attestation]
            : [.none, .privateKeyJWT, .attestation, .clientSecretBasic, .clientSecretPost]
        metadata.tokenEndpointAuthMethods = methods.map(\.rawValue)
        let confidential = methods.filter { $0 != .none }.map(\.rawValue)
        metadata.introspectionEndpointAuthMethods = confidential
        metadata.revocationEndpointAuthMethods = metadata.tokenEndpointAuthMethods
        let assertions = isStrict ? proofs : (proofs + ["RS256"]).sorted()
        metadata.tokenEndpointAuthAlgorithms = assertions
        metadata.introspectionEndpointAuthAlgorithms = assertions
        metadata.revocationEndpointAuthAlgorithms = assertions
        metadata.clientAttestationAlgorithms = proofs
        metadata.clientAttestationProofAlgorithms = proofs
        metadata.dpopAlgorithms = proofs
        metadata.requestObjectAlgorithms = proofs
        let signing = ["ES256", "RS256"]
        let encryption = KeyManagementAlgorithm.allCases.map(\.rawValue)
        let content = ContentEncryption.allCases.map(\.rawValue)
        metadata.idTokenAlgorithms = signing
        metadata.idTokenEncryptionAlgorithms = encryption
        metadata.idTokenContentEncryptions = content
        metadata.userInfoAlgorithms = signing
        metadata.userInfoEncryptionAlgorithms = encryption
        metadata.userInfoContentEncryptions = content
        metadata.introspectionAlgorithms = signing
    }
}
