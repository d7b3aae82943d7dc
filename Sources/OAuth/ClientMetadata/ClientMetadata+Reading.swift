import JOSE
package import WireFormats

extension ClientMetadata {
    /// - Throws: ``ClientMetadataRefusal``, naming the member.
    package init(json: JSONObject) throws(ClientMetadataRefusal) {
        let reader = ClientMetadataReader(object: json)
        self.init()
        try readProtocol(reader)
        try readPresentation(reader)
        try readTokens(reader)
        try readLogout(reader)
        try check()
    }

    private mutating func readProtocol(_ reader: ClientMetadataReader) throws(ClientMetadataRefusal) {
        redirectURIs = try reader.redirectURIs("redirect_uris")
        if let text = try reader.text("token_endpoint_auth_method") {
            guard let method = ClientAuthenticationMethod(rawValue: text) else {
                throw .member("token_endpoint_auth_method", "not supported")
            }
            authenticationMethod = method
        }
        if let types = try reader.texts("grant_types") { grantTypes = types }
        if let types = try reader.texts("response_types") {
            responseTypes = types
        } else if !grantTypes.contains(GrantType.authorizationCode) {
            // The default of RFC 7591 §2 would contradict the grant types.
            responseTypes = []
        }
        if let text = try reader.text("application_type") {
            guard let type = ApplicationType(rawValue: text) else { throw .member("application_type", "web or native") }
            applicationType = type
        }
        scope = try reader.text("scope").map { (text) throws(ClientMetadataRefusal) in
            guard let scopes = ScopeList.parse(text) else { throw .member("scope", "scopes are expected") }
            return scopes
        }
        switch (reader.object["jwks"], try reader.address("jwks_uri")) {
        case (let set?, nil):
            guard (try? PublicJWKSet(set)) != nil else {
                throw .member("jwks", "a JWK set of public keys is expected")
            }
            keys = .inline(set)
        case (nil, let uri?): keys = .address(uri)
        case (nil, nil): keys = nil
        default: throw .member("jwks", "send jwks or jwks_uri, not both")
        }
        bindsTokensByDPoP = try reader.flag("dpop_bound_access_tokens")
        requiresPushedRequests = try reader.flag("require_pushed_authorization_requests")
        requiresSignedRequests = try reader.flag("require_signed_request_object")
        requestURIs = try reader.requestURIs()
        requestObjectAlgorithm = try reader.algorithm("request_object_signing_alg")
        authenticationAlgorithm = try reader.algorithm("token_endpoint_auth_signing_alg")
    }

    private mutating func readPresentation(_ reader: ClientMetadataReader) throws(ClientMetadataRefusal) {
        var names: [LocalizedText.Entry] = []
        for member in reader.object.members {
            guard member.name == "client_name" || member.name.hasPrefix("client_name#") else { continue }
            guard let text = member.value.string, (1...200).contains(text.count) else {
                throw .member("client_name", "1 to 200 characters are expected")
            }
            let tag = String(member.name.dropFirst("client_name#".count))
            guard tag.utf8.count <= 35, tag.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") })
            else { throw .member("client_name", "a language tag is expected behind #") }
            names.append(LocalizedText.Entry(language: tag, text: text))
        }
        // The first entry is what people see whose language is not among them.
        names = names.filter { $0.language.isEmpty } + names.filter { !$0.language.isEmpty }
        name = LocalizedText(names)
        clientURI = try reader.address("client_uri")
        policyURI = try reader.address("policy_uri")
        termsURI = try reader.address("tos_uri")
        logoURI = try reader.address("logo_uri")
        initiateLoginURI = try reader.address("initiate_login_uri")
        contacts = try reader.texts("contacts") ?? []
        softwareID = try reader.text("software_id")
        softwareVersion = try reader.text("software_version")
    }

    private mutating func readTokens(_ reader: ClientMetadataReader) throws(ClientMetadataRefusal) {
        subjectType = try reader.text("subject_type")
        guard [nil, "pairwise", "public"].contains(subjectType) else { throw .member("subject_type", "not supported") }
        sectorIdentifierURI = try reader.address("sector_identifier_uri")
        if let algorithm = try reader.algorithm("id_token_signed_response_alg") { idTokenAlgorithm = algorithm }
        idTokenEncryption = try reader.encryption("id_token")
        userInfoAlgorithm = try reader.algorithm("userinfo_signed_response_alg")
        userInfoEncryption = try reader.encryption("userinfo")
        introspectionAlgorithm = try reader.algorithm("introspection_signed_response_alg")
        defaultMaxAge = try reader.number("default_max_age")
        requiresAuthTime = try reader.flag("require_auth_time")
        defaultACRValues = try reader.texts("default_acr_values") ?? []
    }

    private mutating func readLogout(_ reader: ClientMetadataReader) throws(ClientMetadataRefusal) {
        postLogoutRedirectURIs = try reader.redirectURIs("post_logout_redirect_uris")
        backchannelLogoutURI = try reader.address("backchannel_logout_uri")
        backchannelLogoutSessionRequired = try reader.flag("backchannel_logout_session_required")
    }

    /// What members say of each other.
    private func check() throws(ClientMetadataRefusal) {
        let known = [
            GrantType.authorizationCode, GrantType.refreshToken, GrantType.clientCredentials,
            GrantType.preAuthorizedCode,
        ]
        guard !grantTypes.isEmpty, grantTypes.allSatisfy(known.contains) else {
            throw .member("grant_types", "not supported")
        }
        let usesCode = grantTypes.contains(GrantType.authorizationCode)
        guard responseTypes.allSatisfy({ $0 == "code" }) else {
            throw .member("response_types", "only code is supported")
        }
        guard usesCode == responseTypes.contains("code") else {
            throw .member("response_types", "code goes with authorization_code")
        }
        guard !usesCode || !redirectURIs.isEmpty || authenticationMethod == .attestation else {
            throw .redirectURI("redirect_uris is missing")
        }
        guard usesCode || !grantTypes.contains(GrantType.refreshToken) else {
            throw .member("grant_types", "refresh_token goes with authorization_code")
        }
        guard authenticationMethod != .none || !grantTypes.contains(GrantType.clientCredentials) else {
            throw .member("grant_types", "a public client cannot use client_credentials")
        }
        guard authenticationMethod != .privateKeyJWT || keys != nil else {
            throw .member("jwks", "private_key_jwt needs jwks or jwks_uri")
        }
        guard (idTokenEncryption == nil && userInfoEncryption == nil) || keys != nil else {
            throw .member("jwks", "encryption needs jwks or jwks_uri")
        }
        guard applicationType == .native || redirectURIs.allSatisfy({ $0.privateScheme == nil }) else {
            throw .redirectURI("a scheme of its own is for application_type native")
        }
    }
}
