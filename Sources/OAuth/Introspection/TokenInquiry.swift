/// Why a body is no introspection or revocation request.
package enum TokenInquiryRefusal: Refusal, Equatable {
    case form(RequestForm.Malformation)
    case missingToken
    case tokenTooLong

    package var wire: WireRefusal {
        switch self {
        case .form(let malformation): malformation.wire
        case .missingToken: WireRefusal("invalid_request", "token is missing")
        case .tokenTooLong: WireRefusal("invalid_request", "token is too long")
        }
    }

    package var reason: String { wire.description }
}

/// A request about a token: introspection (RFC 7662 §2.1) or revocation (RFC 7009 §2.1).
package struct TokenInquiry: Sendable, Equatable {
    package let token: String
    /// What the client believes the token to be; other values count as none.
    package let hint: Hint?

    package enum Hint: String, Sendable {
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
    }

    package init(token: String, hint: Hint? = nil) {
        self.token = token
        self.hint = hint
    }

    package init(form: RequestForm) throws(TokenInquiryRefusal) {
        guard let token = form["token"] else { throw .missingToken }
        guard token.utf8.count <= AccessTokenPresentation.maximumBytes else { throw .tokenTooLong }
        self.token = token
        hint = form["token_type_hint"].flatMap { $0.isVisibleASCII ? Hint(rawValue: $0) : nil }
    }

    /// The body of the request.
    ///
    /// - Parameter client: what authenticates the client.
    package func form(client: [(name: String, value: String)] = []) -> String {
        var parameters: [(name: String, value: String)] = [("token", token)]
        if let hint { parameters.append(("token_type_hint", hint.rawValue)) }
        return FormText.encode(parameters + client)
    }
}
