import OAuth
package import WireFormats

/// A credential offer, OpenID4VCI 1.0 §4.1.1 (#credential-offer-parameters).
package struct CredentialOffer: Sendable, Equatable {
    package let credentialIssuer: String
    /// At least one, no two alike.
    package let credentialConfigurationIDs: [String]
    /// Nil if the offer has no pre-authorized code grant.
    package let preAuthorizedCode: PreAuthorizedCodeGrant?
    /// Nil if the offer has no authorization code grant. An offer without any grant leaves the choice to the metadata of
    /// the issuer's authorization servers.
    package let authorizationCode: AuthorizationCodeGrant?

    package struct PreAuthorizedCodeGrant: Sendable, Equatable {
        package let code: String
        package let txCode: TxCode?
        package let authorizationServer: String?

        package init(code: String, txCode: TxCode?, authorizationServer: String? = nil) {
            (self.code, self.txCode, self.authorizationServer) = (code, txCode, authorizationServer)
        }
    }

    package struct AuthorizationCodeGrant: Sendable, Equatable {
        /// What the wallet sends back in its authorization request. Never empty.
        package let issuerState: String?
        package let authorizationServer: String?

        package init(issuerState: String? = nil, authorizationServer: String? = nil) {
            self.issuerState = issuerState?.isEmpty == true ? nil : issuerState
            self.authorizationServer = authorizationServer
        }
    }

    /// What the wallet asks of its user; even an empty object means that a transaction code is needed.
    package struct TxCode: Sendable, Equatable {
        package enum InputMode: String, Sendable {
            case numeric
            case text
        }

        package let inputMode: InputMode
        package let length: Int?
        /// At most 300 characters.
        package let description: String?

        package init(inputMode: InputMode = .numeric, length: Int? = nil, description: String? = nil) {
            (self.inputMode, self.length, self.description) = (inputMode, length, description)
        }
    }

    package init(
        credentialIssuer: String, credentialConfigurationIDs: [String], preAuthorizedCode: PreAuthorizedCodeGrant?,
        authorizationCode: AuthorizationCodeGrant? = nil
    ) {
        self.credentialIssuer = credentialIssuer
        self.credentialConfigurationIDs = credentialConfigurationIDs
        self.preAuthorizedCode = preAuthorizedCode
        self.authorizationCode = authorizationCode
    }
}

extension CredentialOffer {
    /// The grant's name in `grants`, the grant type of RFC 6749 §4.1.3.
    private static let authorizationCodeName = "authorization_code"

    package var json: JSON {
        var grants = JSONObject()
        if let grant = authorizationCode { grants[Self.authorizationCodeName] = grant.json }
        if let grant = preAuthorizedCode { grants[GrantType.preAuthorizedCode] = grant.json }
        return [
            "credential_issuer": .string(credentialIssuer),
            "credential_configuration_ids": .array(credentialConfigurationIDs.map(JSON.string)),
            "grants": .object(grants),
        ]
    }

    /// Why bytes are no credential offer.
    package enum Malformation: Error, Equatable {
        case notJSONObject
        case missing(String)
        case malformed(String)
    }

    package init(parsing body: [UInt8]) throws(Malformation) {
        guard let object = (try? JSON(parsing: body))?.object else { throw .notJSONObject }
        guard let issuer = object["credential_issuer"]?.string else { throw .missing("credential_issuer") }
        guard let ids = object["credential_configuration_ids"] else { throw .missing("credential_configuration_ids") }
        guard let names = ids.array?.compactMap(\.string), !names.isEmpty, names.count == ids.array?.count,
            Set(names).count == names.count
        else { throw .malformed("credential_configuration_ids") }
        credentialIssuer = issuer
        credentialConfigurationIDs = names
        let grants = object["grants"]
        if let grant = grants?[GrantType.preAuthorizedCode] {
            preAuthorizedCode = try PreAuthorizedCodeGrant(grant)
        } else {
            preAuthorizedCode = nil
        }
        if let grant = grants?[Self.authorizationCodeName] {
            authorizationCode = try AuthorizationCodeGrant(grant)
        } else {
            authorizationCode = nil
        }
    }
}

extension CredentialOffer.AuthorizationCodeGrant {
    fileprivate init(_ json: JSON) throws(CredentialOffer.Malformation) {
        guard let parameters = json.object else { throw .malformed("authorization_code") }
        // A state that is dropped instead of returned would cut the request off from its offer.
        guard let state = parameters["issuer_state"] else {
            self.init(authorizationServer: parameters["authorization_server"]?.string)
            return
        }
        guard let text = state.string else { throw .malformed("issuer_state") }
        self.init(issuerState: text, authorizationServer: parameters["authorization_server"]?.string)
    }

    fileprivate var json: JSON {
        var parameters = JSONObject()
        parameters["issuer_state"] = issuerState.map(JSON.string)
        parameters["authorization_server"] = authorizationServer.map(JSON.string)
        return .object(parameters)
    }
}

extension CredentialOffer.PreAuthorizedCodeGrant {
    fileprivate init(_ json: JSON) throws(CredentialOffer.Malformation) {
        guard let code = json["pre-authorized_code"]?.string, !code.isEmpty else {
            throw .missing("pre-authorized_code")
        }
        self.code = code
        authorizationServer = json["authorization_server"]?.string
        if let parameters = json["tx_code"] {
            guard parameters.object != nil else { throw .malformed("tx_code") }
            txCode = CredentialOffer.TxCode(
                inputMode: parameters["input_mode"]?.string.flatMap(CredentialOffer.TxCode.InputMode.init) ?? .numeric,
                length: parameters["length"]?.integer.map(Int.init(clamping:)),
                description: parameters["description"]?.string)
        } else {
            txCode = nil
        }
    }

    fileprivate var json: JSON {
        var parameters: JSONObject = ["pre-authorized_code": .string(code)]
        parameters["tx_code"] = txCode?.json
        parameters["authorization_server"] = authorizationServer.map(JSON.string)
        return .object(parameters)
    }
}

extension CredentialOffer.TxCode {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["input_mode"] = .string(inputMode.rawValue)
        object["length"] = length.map { .integer(Int64($0)) }
        object["description"] = description.map(JSON.string)
        return .object(object)
    }
}
