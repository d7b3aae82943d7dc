import WireFormats

/// Why a body is no token request, RFC 6749 §5.2 and what extends it.
package enum AccessTokenRequestRefusal: Refusal, Equatable {
    case form(RequestForm.Malformation)
    case missing(String)
    case tooLong(String)
    case unsupportedGrantType
    case scope
    /// RFC 8707 §2.
    case target
    case authorizationDetails(AuthorizationDetailsRefusal)

    package var wire: WireRefusal {
        switch self {
        case .form(let malformation): malformation.wire
        case .missing(let name): WireRefusal("invalid_request", name + " is missing")
        case .tooLong(let name): WireRefusal("invalid_request", name + " is too long")
        case .unsupportedGrantType:
            WireRefusal("unsupported_grant_type", "This grant type is not supported")
        case .scope: WireRefusal("invalid_scope", "scope is malformed or not allowed")
        case .target: WireRefusal("invalid_target", "resource is malformed or unknown")
        case .authorizationDetails(let refusal): refusal.wire
        }
    }

    package var reason: String { "token request: " + wire.description }
}

/// A token request of any grant: RFC 6749 §4.1.3, §4.4.2 and §6, RFC 8707, RFC 9396 §6, OpenID4VCI 1.0 §6.1
/// (#token-request). Who sends it, ``ClientCredentials`` say. Unknown parameters are ignored.
package struct AccessTokenRequest: Sendable, Equatable {
    package let grant: Grant
    /// What of the grant the token shall be for; nil for all of it.
    package let authorizationDetails: AuthorizationDetails?
    /// Absolute URIs without fragment.
    package let resources: [String]

    package enum Grant: Sendable, Equatable {
        /// `codeVerifier` as it was sent: ``CodeChallenge/check(verifier:against:)`` is for it.
        case authorizationCode(code: String, redirectURI: String?, codeVerifier: String?)
        /// No scopes mean those that were granted.
        case refreshToken(String, scopes: [String])
        case preAuthorizedCode(code: String, txCode: String?)
        case clientCredentials(scopes: [String])

        /// `grant_type`.
        package var type: String {
            switch self {
            case .authorizationCode: GrantType.authorizationCode
            case .refreshToken: GrantType.refreshToken
            case .preAuthorizedCode: GrantType.preAuthorizedCode
            case .clientCredentials: GrantType.clientCredentials
            }
        }
    }

    package init(_ grant: Grant, authorizationDetails: AuthorizationDetails? = nil, resources: [String] = []) {
        self.grant = grant
        self.authorizationDetails = authorizationDetails
        self.resources = resources
    }

    package init(form: RequestForm) throws(AccessTokenRequestRefusal) {
        grant = try Self.grant(form)
        authorizationDetails = try Self.authorizationDetails(form)
        resources = form.resources
        guard resources.allSatisfy(AuthorizationRequest.isResource) else { throw .target }
    }

    /// The parameters in form encoding, without those that authenticate the client.
    package var parameters: [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = [("grant_type", grant.type)]
        func add(_ name: String, _ value: String?) {
            if let value { parameters.append((name, value)) }
        }
        switch grant {
        case .authorizationCode(let code, let redirectURI, let codeVerifier):
            add("code", code)
            add("redirect_uri", redirectURI)
            add("code_verifier", codeVerifier)
        case .refreshToken(let token, let scopes):
            add("refresh_token", token)
            add("scope", scopes.isEmpty ? nil : ScopeList.text(scopes))
        case .preAuthorizedCode(let code, let txCode):
            add("pre-authorized_code", code)
            add("tx_code", txCode)
        case .clientCredentials(let scopes): add("scope", scopes.isEmpty ? nil : ScopeList.text(scopes))
        }
        add("authorization_details", authorizationDetails?.json.description)
        for resource in resources { add("resource", resource) }
        return parameters
    }

    /// The body of the request.
    ///
    /// - Parameter client: what authenticates the client, or `client_id` alone.
    package func form(client: [(name: String, value: String)] = []) -> String {
        FormText.encode(parameters + client)
    }
}

extension AccessTokenRequest {
    private static func grant(_ form: RequestForm) throws(AccessTokenRequestRefusal) -> Grant {
        guard let type = form["grant_type"] else { throw .missing("grant_type") }
        guard type.isVisibleASCII else { throw .unsupportedGrantType }
        switch type {
        case GrantType.authorizationCode:
            return .authorizationCode(
                code: try required("code", in: form), redirectURI: try text("redirect_uri", in: form),
                codeVerifier: try text("code_verifier", in: form))
        case GrantType.refreshToken:
            return .refreshToken(
                try required("refresh_token", in: form, maximum: 8192), scopes: try scopes(form))
        case GrantType.preAuthorizedCode:
            return .preAuthorizedCode(
                code: try required("pre-authorized_code", in: form), txCode: try text("tx_code", in: form, maximum: 256)
            )
        case GrantType.clientCredentials: return .clientCredentials(scopes: try scopes(form))
        default: throw .unsupportedGrantType
        }
    }

    private static func text(
        _ name: String, in form: RequestForm, maximum: Int = 2048
    ) throws(AccessTokenRequestRefusal) -> String? {
        guard let text = form[name] else { return nil }
        guard text.utf8.count <= maximum else { throw .tooLong(name) }
        return text
    }

    private static func required(
        _ name: String, in form: RequestForm, maximum: Int = 2048
    ) throws(AccessTokenRequestRefusal) -> String {
        guard let text = try text(name, in: form, maximum: maximum) else { throw .missing(name) }
        return text
    }

    private static func scopes(_ form: RequestForm) throws(AccessTokenRequestRefusal) -> [String] {
        guard let text = try text("scope", in: form, maximum: AuthorizationRequest.Limits.scope) else { return [] }
        guard let scopes = ScopeList.parse(text) else { throw .scope }
        return scopes
    }

    private static func authorizationDetails(
        _ form: RequestForm
    ) throws(AccessTokenRequestRefusal) -> AuthorizationDetails? {
        guard let text = form["authorization_details"] else { return nil }
        do throws(AuthorizationDetailsRefusal) {
            let details = try AuthorizationDetails(parsing: text)
            // What is shared is said in the authorization request, and by no token that one asks for.
            guard details.sharing.isEmpty else { throw AuthorizationDetailsRefusal.unsupportedType }
            return details
        } catch {
            throw .authorizationDetails(error)
        }
    }
}
