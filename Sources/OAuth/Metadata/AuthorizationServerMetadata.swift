package import WireFormats

/// Authorization server metadata: RFC 8414 §2, OpenID Connect Discovery 1.0 §3, and what the specifications of the other
/// endpoints and parameters add to them; OpenID4VCI 1.0 §12.3 (#as-metadata). A list that is empty, and a flag that is
/// false, is not stated.
package struct AuthorizationServerMetadata: Sendable, Equatable {
    package let issuer: String
    package let tokenEndpoint: String
    package let grantTypes: [String]
    /// `pre-authorized_grant_anonymous_access_supported`.
    package let allowsAnonymousPreAuthorizedGrant: Bool

    // Addresses.
    package var authorizationEndpoint: String?
    package var pushedAuthorizationRequestEndpoint: String?
    package var userInfoEndpoint: String?
    package var jwksURI: String?
    package var registrationEndpoint: String?
    package var introspectionEndpoint: String?
    package var revocationEndpoint: String?
    package var endSessionEndpoint: String?
    /// Gives challenges for client attestations.
    package var challengeEndpoint: String?
    package var serviceDocumentation: String?
    package var policyURI: String?
    package var termsURI: String?

    // What may be asked.
    package var scopes: [String] = []
    package var responseTypes: [String] = []
    package var responseModes: [String] = []
    package var authorizationDetailsTypes: [String] = []
    package var codeChallengeMethods: [String] = []
    package var promptValues: [String] = []
    package var displayValues: [String] = []
    package var acrValues: [String] = []
    package var uiLocales: [String] = []
    package var claimsLocales: [String] = []
    package var claims: [String] = []
    package var claimTypes: [String] = []
    package var subjectTypes: [String] = []

    // How clients authenticate.
    /// RFC 8414 §2: a document that does not say means `client_secret_basic`.
    package var tokenEndpointAuthMethods = ["none"]
    package var tokenEndpointAuthAlgorithms: [String] = []
    package var introspectionEndpointAuthMethods: [String] = []
    package var introspectionEndpointAuthAlgorithms: [String] = []
    package var revocationEndpointAuthMethods: [String] = []
    package var revocationEndpointAuthAlgorithms: [String] = []
    package var clientAttestationAlgorithms: [String] = []
    package var clientAttestationProofAlgorithms: [String] = []
    package var dpopAlgorithms: [String] = []

    // What is signed and encrypted.
    package var requestObjectAlgorithms: [String] = []
    package var idTokenAlgorithms: [String] = []
    package var idTokenEncryptionAlgorithms: [String] = []
    package var idTokenContentEncryptions: [String] = []
    package var userInfoAlgorithms: [String] = []
    package var userInfoEncryptionAlgorithms: [String] = []
    package var userInfoContentEncryptions: [String] = []
    package var introspectionAlgorithms: [String] = []

    // Flags.
    package var requiresPushedAuthorizationRequests = false
    package var requiresSignedRequestObjects = false
    /// RFC 9207 §3.
    package var statesIssuerInResponses = false
    package var takesRequestObjects = false
    /// OpenID Connect Discovery §3: a document that does not say means yes, so that no is stated too.
    package var takesRequestURIs = false
    package var requiresRequestURIRegistration = false
    package var takesClaimsParameter = false
    package var logsOutByBackChannel = false
    package var namesSessionsInBackChannelLogout = false

    package init(
        issuer: String, tokenEndpoint: String, grantTypes: [String], allowsAnonymousPreAuthorizedGrant: Bool
    ) {
        self.issuer = issuer
        self.tokenEndpoint = tokenEndpoint
        self.grantTypes = grantTypes
        self.allowsAnonymousPreAuthorizedGrant = allowsAnonymousPreAuthorizedGrant
    }

    /// Why a document is no metadata of the authorization server asked for.
    package enum Malformation: Error, Equatable {
        case notJSONObject
        case missing(String)
        /// RFC 8414 §3.3: the `issuer` differs from the one the document was fetched for.
        case otherIssuer
    }
}

/// Where each member of the document is, by its name on the wire.
extension AuthorizationServerMetadata {
    private typealias Path<Value> = WritableKeyPath<AuthorizationServerMetadata, Value>

    private static var addresses: [(String, Path<String?>)] {
        [
            ("authorization_endpoint", \.authorizationEndpoint),
            ("pushed_authorization_request_endpoint", \.pushedAuthorizationRequestEndpoint),
            ("userinfo_endpoint", \.userInfoEndpoint), ("jwks_uri", \.jwksURI),
            ("registration_endpoint", \.registrationEndpoint), ("introspection_endpoint", \.introspectionEndpoint),
            ("revocation_endpoint", \.revocationEndpoint), ("end_session_endpoint", \.endSessionEndpoint),
            ("challenge_endpoint", \.challengeEndpoint), ("service_documentation", \.serviceDocumentation),
            ("op_policy_uri", \.policyURI), ("op_tos_uri", \.termsURI),
        ]
    }

    private static var lists: [(String, Path<[String]>)] {
        [
            ("scopes_supported", \.scopes), ("response_types_supported", \.responseTypes),
            ("response_modes_supported", \.responseModes),
            ("authorization_details_types_supported", \.authorizationDetailsTypes),
            ("code_challenge_methods_supported", \.codeChallengeMethods), ("prompt_values_supported", \.promptValues),
            ("display_values_supported", \.displayValues), ("acr_values_supported", \.acrValues),
            ("ui_locales_supported", \.uiLocales), ("claims_locales_supported", \.claimsLocales),
            ("claims_supported", \.claims), ("claim_types_supported", \.claimTypes),
            ("subject_types_supported", \.subjectTypes),
            ("token_endpoint_auth_methods_supported", \.tokenEndpointAuthMethods),
            ("token_endpoint_auth_signing_alg_values_supported", \.tokenEndpointAuthAlgorithms),
            ("introspection_endpoint_auth_methods_supported", \.introspectionEndpointAuthMethods),
            (
                "introspection_endpoint_auth_signing_alg_values_supported", \.introspectionEndpointAuthAlgorithms
            ),
            ("revocation_endpoint_auth_methods_supported", \.revocationEndpointAuthMethods),
            ("revocation_endpoint_auth_signing_alg_values_supported", \.revocationEndpointAuthAlgorithms),
            ("client_attestation_signing_alg_values_supported", \.clientAttestationAlgorithms),
            ("client_attestation_pop_signing_alg_values_supported", \.clientAttestationProofAlgorithms),
            ("dpop_signing_alg_values_supported", \.dpopAlgorithms),
            ("request_object_signing_alg_values_supported", \.requestObjectAlgorithms),
            ("id_token_signing_alg_values_supported", \.idTokenAlgorithms),
            ("id_token_encryption_alg_values_supported", \.idTokenEncryptionAlgorithms),
            ("id_token_encryption_enc_values_supported", \.idTokenContentEncryptions),
            ("userinfo_signing_alg_values_supported", \.userInfoAlgorithms),
            ("userinfo_encryption_alg_values_supported", \.userInfoEncryptionAlgorithms),
            ("userinfo_encryption_enc_values_supported", \.userInfoContentEncryptions),
            ("introspection_signing_alg_values_supported", \.introspectionAlgorithms),
        ]
    }

    private static var flags: [(String, Path<Bool>)] {
        [
            ("require_pushed_authorization_requests", \.requiresPushedAuthorizationRequests),
            ("require_signed_request_object", \.requiresSignedRequestObjects),
            ("authorization_response_iss_parameter_supported", \.statesIssuerInResponses),
            ("request_parameter_supported", \.takesRequestObjects),
            ("request_uri_parameter_supported", \.takesRequestURIs),
            ("require_request_uri_registration", \.requiresRequestURIRegistration),
            ("claims_parameter_supported", \.takesClaimsParameter),
            ("backchannel_logout_supported", \.logsOutByBackChannel),
            ("backchannel_logout_session_supported", \.namesSessionsInBackChannelLogout),
        ]
    }

    package var json: JSON {
        var object: JSONObject = ["issuer": .string(issuer), "token_endpoint": .string(tokenEndpoint)]
        for (name, path) in Self.addresses { object.setText(name, self[keyPath: path]) }
        object["grant_types_supported"] = .array(grantTypes.map(JSON.string))
        for (name, path) in Self.lists { object.setTexts(name, self[keyPath: path]) }
        for (name, path) in Self.flags where self[keyPath: path] { object[name] = true }
        if authorizationEndpoint != nil { object["request_uri_parameter_supported"] = .bool(takesRequestURIs) }
        object["pre-authorized_grant_anonymous_access_supported"] = .bool(allowsAnonymousPreAuthorizedGrant)
        return .object(object)
    }

    /// Reads at most 500 entries of 512 bytes of a list; what is of the wrong type counts as absent.
    package init(parsing body: [UInt8], fetchedFor identifier: String) throws(Malformation) {
        guard let object = (try? JSON(parsing: body))?.object else { throw .notJSONObject }
        guard let issuer = object["issuer"]?.string else { throw .missing("issuer") }
        guard issuer.hasSameBytes(as: identifier) else { throw .otherIssuer }
        guard let tokenEndpoint = object["token_endpoint"]?.string else { throw .missing("token_endpoint") }
        self.init(
            issuer: issuer, tokenEndpoint: tokenEndpoint,
            grantTypes: Self.texts(object["grant_types_supported"]) ?? ["authorization_code"],
            allowsAnonymousPreAuthorizedGrant: object["pre-authorized_grant_anonymous_access_supported"]?.bool ?? false)
        for (name, path) in Self.addresses {
            self[keyPath: path] = object[name]?.string.flatMap { $0.utf8.count <= 2048 ? $0 : nil }
        }
        tokenEndpointAuthMethods = ["client_secret_basic"]
        for (name, path) in Self.lists {
            if let texts = Self.texts(object[name]) { self[keyPath: path] = texts }
        }
        for (name, path) in Self.flags { self[keyPath: path] = object[name]?.bool ?? false }
    }

    private static func texts(_ json: JSON?) -> [String]? {
        json?.array.map { $0.prefix(500).compactMap(\.string).filter { $0.utf8.count <= 512 } }
    }
}
