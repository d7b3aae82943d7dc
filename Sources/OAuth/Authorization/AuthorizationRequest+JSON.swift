package import WireFormats

extension AuthorizationRequest {
    /// The parameters as members of a JSON object, as in a request object (RFC 9101 §4): for storing, too.
    package var json: JSONObject {
        var object: JSONObject = ["response_type": .string(Self.responseType), "client_id": .string(clientID)]
        object.setText("redirect_uri", redirectURI)
        object.setText("scope", scopes.isEmpty ? nil : ScopeList.text(scopes))
        object.setText("state", state)
        object.setText("nonce", nonce)
        if let codeChallenge {
            object["code_challenge"] = .string(codeChallenge.text)
            object["code_challenge_method"] = .string(CodeChallenge.method)
        }
        object.setText("response_mode", responseMode?.rawValue)
        addPerson(to: &object)
        if let claims { object["claims"] = claims.json }
        if let authorizationDetails { object["authorization_details"] = authorizationDetails.json }
        object.setTexts("resource", resources)
        object.setText("dpop_jkt", dpopKeyThumbprint)
        return object
    }

    private func addPerson(to object: inout JSONObject) {
        let words = { (words: [String]) in words.isEmpty ? nil : words.joined(separator: " ") }
        object.setText("prompt", words(Prompt.allCases.filter(prompts.contains).map(\.rawValue)))
        if let maxAge { object["max_age"] = .integer(maxAge.components.seconds) }
        object.setText("display", display?.rawValue)
        object.setText("ui_locales", words(uiLocales))
        object.setText("claims_locales", words(claimsLocales))
        object.setText("login_hint", loginHint)
        object.setText("id_token_hint", idTokenHint)
        object.setText("acr_values", words(acrValues))
        object.setText("purpose", purpose)
        object.setText("user_hint", userHint)
        object.setText("wallet_issuer", walletIssuer)
        object.setText("issuer_state", issuerState)
    }

    /// - Parameter json: what ``json`` gave.
    package init(json: JSONObject) throws(AuthorizationRequestRefusal) {
        try self.init(AuthorizationParameters(claims: json))
    }

    /// The parameters as name and value, `resource` as often as there are any.
    package var parameters: [(name: String, value: String)] {
        json.members.flatMap { member -> [(name: String, value: String)] in
            switch member.value {
            case .string(let text): [(member.name, text)]
            case .array(let values) where member.name == "resource":
                values.compactMap(\.string).map { (member.name, $0) }
            default: [(member.name, member.value.description)]
            }
        }
    }

    /// The request as a form or query.
    package var form: String { FormText.encode(parameters) }

    /// The address that a browser is sent to with the whole request in it.
    package func url(at authorizationEndpoint: String) -> String {
        FormText.appending(parameters, to: authorizationEndpoint)
    }

    /// The address that a browser is sent to with a request that was pushed, RFC 9126 §4.
    package static func url(at authorizationEndpoint: String, clientID: String, requestURI: String) -> String {
        FormText.appending([("client_id", clientID), ("request_uri", requestURI)], to: authorizationEndpoint)
    }
}
