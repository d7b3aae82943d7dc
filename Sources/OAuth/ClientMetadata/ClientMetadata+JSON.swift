import JOSE
package import WireFormats

extension ClientMetadata {
    /// As a registration response and the store have it.
    package var json: JSONObject {
        var object: JSONObject = [
            "redirect_uris": .array(redirectURIs.map { .string($0.text) }),
            "token_endpoint_auth_method": .string(authenticationMethod.rawValue),
            "grant_types": .array(grantTypes.map(JSON.string)),
            "response_types": .array(responseTypes.map(JSON.string)),
            "application_type": .string(applicationType.rawValue),
            "id_token_signed_response_alg": .string(idTokenAlgorithm.rawValue),
        ]
        for entry in name?.entries ?? [] {
            object[entry.language.isEmpty ? "client_name" : "client_name#" + entry.language] = .string(entry.text)
        }
        let texts: KeyValuePairs<String, String?> = [
            "client_uri": clientURI, "logo_uri": logoURI, "policy_uri": policyURI, "tos_uri": termsURI,
            "subject_type": subjectType,
            "sector_identifier_uri": sectorIdentifierURI, "initiate_login_uri": initiateLoginURI,
            "backchannel_logout_uri": backchannelLogoutURI, "scope": scope?.joined(separator: " "),
            "id_token_encrypted_response_alg": idTokenEncryption?.algorithm,
            "id_token_encrypted_response_enc": idTokenEncryption?.encryption,
            "userinfo_signed_response_alg": userInfoAlgorithm?.rawValue,
            "userinfo_encrypted_response_alg": userInfoEncryption?.algorithm,
            "userinfo_encrypted_response_enc": userInfoEncryption?.encryption,
            "introspection_signed_response_alg": introspectionAlgorithm?.rawValue,
            "request_object_signing_alg": requestObjectAlgorithm?.rawValue,
            "token_endpoint_auth_signing_alg": authenticationAlgorithm?.rawValue,
            "software_id": softwareID, "software_version": softwareVersion,
        ]
        for (name, text) in texts { object[name] = text.map(JSON.string) }
        switch keys {
        case .inline(let set)?: object["jwks"] = set
        case .address(let uri)?: object["jwks_uri"] = .string(uri)
        case nil: break
        }
        object.setTexts("contacts", contacts)
        object.setTexts("default_acr_values", defaultACRValues)
        object.setTexts("request_uris", requestURIs)
        if !postLogoutRedirectURIs.isEmpty {
            object["post_logout_redirect_uris"] = .array(postLogoutRedirectURIs.map { .string($0.text) })
        }
        object["default_max_age"] = defaultMaxAge.map { .integer(Int64($0)) }
        let flags: KeyValuePairs<String, Bool> = [
            "require_auth_time": requiresAuthTime,
            "backchannel_logout_session_required": backchannelLogoutSessionRequired,
            "dpop_bound_access_tokens": bindsTokensByDPoP,
            "require_pushed_authorization_requests": requiresPushedRequests,
            "require_signed_request_object": requiresSignedRequests,
        ]
        for (name, flag) in flags where flag { object[name] = true }
        return object
    }
}
