import WireFormats

/// How the authorization response reaches the client: OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth
/// 2.0 Form Post Response Mode.
package enum ResponseMode: String, Sendable {
    case query
    case formPost = "form_post"

    /// By its name on the wire.
    init?(wire: String) {
        guard wire.isVisibleASCII else { return nil }
        self.init(rawValue: wire)
    }
}

/// What the person is to be asked, OpenID Connect Core §3.1.2.1 and Initiating User Registration 1.0.
package enum Prompt: String, Sendable, CaseIterable {
    case none
    case login
    case consent
    case selectAccount = "select_account"
    case create
}

/// How the pages are shown, OpenID Connect Core §3.1.2.1.
package enum PageDisplay: String, Sendable {
    case page
    case popup
    case touch
    case wap
}

/// An authorization request of response type `code`: RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, RFC 7636, 8707, 9396
/// and 9449, OpenID4VCI 1.0 §5 (#authorization-endpoint). Whether the client is known and the redirect URI its own, the
/// caller finds out.
package struct AuthorizationRequest: Sendable, Equatable {
    /// The only response type: RFC 9700 §2.1.2.
    package static let responseType = "code"

    /// Bytes, at most.
    enum Limits {
        static let clientID = 512
        static let redirectURI = 2048
        static let state = 2048
        static let text = 2048
        static let scope = 4096
        static let token = 16_384
    }

    package var clientID: String
    package var redirectURI: String?
    /// Without repetitions.
    package var scopes: [String] = []
    package var state: String?
    package var nonce: String?
    package var codeChallenge: CodeChallenge?
    package var responseMode: ResponseMode?
    package var prompts: Set<Prompt> = []
    /// Time since the person was authenticated, at most.
    package var maxAge: Duration?
    package var display: PageDisplay?
    package var uiLocales: [String] = []
    package var claimsLocales: [String] = []
    package var loginHint: String?
    package var idTokenHint: String?
    /// In the client's order of preference.
    package var acrValues: [String] = []
    package var claims: ClaimsRequest?
    package var authorizationDetails: AuthorizationDetails?
    /// Absolute URIs without fragment, RFC 8707 §2.
    package var resources: [String] = []
    /// OpenID4VCI 1.0 §5.1.3: anybody may have sent it.
    package var issuerState: String?
    /// The 43 characters of the thumbprint of the key that the code shall be bound to, RFC 9449 §10.
    package var dpopKeyThumbprint: String?
    /// What the client needs it for, to be shown to the person: OpenID Connect for Identity Assurance drafts, `purpose`.
    package var purpose: String?
    /// OpenID4VCI drafts.
    package var userHint: String?
    package var walletIssuer: String?

    package init(clientID: String, redirectURI: String? = nil) {
        self.clientID = clientID
        self.redirectURI = redirectURI
    }

    /// Unknown parameters, unknown prompts and displays are ignored.
    package init(_ parameters: AuthorizationParameters) throws(AuthorizationRequestRefusal) {
        guard try parameters.place == .here else { throw .nestedRequest }
        guard let id = try parameters.text("client_id", maximum: Limits.clientID) else { throw .missing("client_id") }
        guard id.isVisibleASCIIOrSpace else { throw .malformed("client_id") }
        clientID = id
        redirectURI = try parameters.text("redirect_uri", maximum: Limits.redirectURI)
        if let redirectURI, !redirectURI.isVisibleASCII { throw .malformed("redirect_uri") }
        try Self.checkResponseType(parameters)
        state = try parameters.text("state", maximum: Limits.state)
        nonce = try parameters.text("nonce", maximum: Limits.text)
        responseMode = try Self.responseMode(parameters)
        scopes = try Self.scopes(parameters)
        codeChallenge = try Self.codeChallenge(parameters)
        try readPerson(parameters)
        try readAuthorization(parameters)
    }

    /// What is said of the person and the pages.
    private mutating func readPerson(_ parameters: AuthorizationParameters) throws(AuthorizationRequestRefusal) {
        prompts = try Self.prompts(parameters)
        maxAge = try parameters.number("max_age").map { .seconds($0) }
        display = try parameters.text("display", maximum: 64).flatMap {
            $0.isVisibleASCII ? PageDisplay(rawValue: $0) : nil
        }
        uiLocales = try parameters.words("ui_locales", maximum: 1024)
        claimsLocales = try parameters.words("claims_locales", maximum: 1024)
        loginHint = try parameters.text("login_hint", maximum: Limits.text)
        idTokenHint = try parameters.text("id_token_hint", maximum: Limits.token)
        acrValues = try parameters.words("acr_values", maximum: Limits.text)
        userHint = try parameters.text("user_hint", maximum: Limits.text)
        purpose = try parameters.text("purpose", maximum: 1200)
        walletIssuer = try parameters.text("wallet_issuer", maximum: Limits.text)
        issuerState = try parameters.text("issuer_state", maximum: Limits.text)
    }

    /// What is wanted beside scopes, and for whom.
    private mutating func readAuthorization(
        _ parameters: AuthorizationParameters
    ) throws(AuthorizationRequestRefusal) {
        if let json = try parameters.json("claims", maximum: ClaimsRequest.maximumBytes) {
            do throws(ClaimsRequestMalformation) {
                claims = try ClaimsRequest(json: json)
            } catch {
                throw .claims(error)
            }
        }
        authorizationDetails = try Self.authorizationDetails(parameters)
        resources = try parameters.resources()
        guard resources.allSatisfy(Self.isResource) else { throw .target }
        dpopKeyThumbprint = try parameters.text("dpop_jkt", maximum: Limits.text)
        if let dpopKeyThumbprint, (try? Base64URL.decode(dpopKeyThumbprint))?.count != 32 {
            throw .malformed("dpop_jkt")
        }
    }

    static func isResource(_ text: String) -> Bool {
        text.utf8.count <= Limits.text && text.uriScheme != nil && !text.contains("#")
    }
}

extension AuthorizationRequest {
    private static func checkResponseType(
        _ parameters: AuthorizationParameters
    ) throws(AuthorizationRequestRefusal) {
        guard let type = try parameters.text("response_type", maximum: Limits.text) else {
            throw .missing("response_type")
        }
        guard type.hasSameBytes(as: responseType) else { throw .unsupportedResponseType }
    }

    private static func responseMode(
        _ parameters: AuthorizationParameters
    ) throws(AuthorizationRequestRefusal) -> ResponseMode? {
        guard let text = try parameters.text("response_mode", maximum: Limits.text) else { return nil }
        guard let mode = ResponseMode(wire: text) else { throw .unsupportedResponseMode }
        return mode
    }

    private static func scopes(
        _ parameters: AuthorizationParameters
    ) throws(AuthorizationRequestRefusal) -> [String] {
        guard let text = try parameters.text("scope", maximum: Limits.scope) else { return [] }
        guard let scopes = ScopeList.parse(text) else { throw .scope }
        return scopes
    }

    private static func codeChallenge(
        _ parameters: AuthorizationParameters
    ) throws(AuthorizationRequestRefusal) -> CodeChallenge? {
        let method = try parameters.text("code_challenge_method", maximum: 64)
        guard let text = try parameters.text("code_challenge", maximum: 256) else {
            if method != nil { throw .pkce(.methodWithoutChallenge) }
            return nil
        }
        do throws(PKCERefusal) {
            return try CodeChallenge(text, method: method)
        } catch {
            throw .pkce(error)
        }
    }

    private static func prompts(
        _ parameters: AuthorizationParameters
    ) throws(AuthorizationRequestRefusal) -> Set<Prompt> {
        let words = try parameters.words("prompt", maximum: 256)
        let prompts = Set(words.compactMap { $0.isVisibleASCII ? Prompt(rawValue: $0) : nil })
        guard !prompts.contains(.none) || words.count == 1 else { throw .promptNoneWithOthers }
        return prompts
    }

    private static func authorizationDetails(
        _ parameters: AuthorizationParameters
    ) throws(AuthorizationRequestRefusal) -> AuthorizationDetails? {
        let json: JSON?
        do throws(AuthorizationRequestRefusal) {
            json = try parameters.json("authorization_details", maximum: AuthorizationDetails.maximumBytes)
        } catch {
            throw error == .malformed("authorization_details") ? .authorizationDetails(.notJSONArray) : error
        }
        guard let json else { return nil }
        do throws(AuthorizationDetailsRefusal) {
            return try AuthorizationDetails(json: json)
        } catch {
            throw .authorizationDetails(error)
        }
    }
}

/// Scopes on the wire, RFC 6749 §3.3.
package enum ScopeList {
    /// The scope tokens of `text` without repetitions; nil if it has other characters, or more than 100 tokens.
    package static func parse(_ text: String) -> [String]? {
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else { return nil }
        var scopes: [String] = []
        for token in text.split(separator: " ").map(String.init) where !scopes.contains(token) { scopes.append(token) }
        return scopes.count <= 100 ? scopes : nil
    }

    package static func text(_ scopes: [String]) -> String { scopes.joined(separator: " ") }
}
