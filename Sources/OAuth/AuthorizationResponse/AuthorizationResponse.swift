import WireFormats

/// An authorization response, RFC 6749 §4.1.2, always with `iss` (RFC 9207 §2).
package struct AuthorizationResponse: Sendable, Equatable {
    package let outcome: Outcome
    package let state: String?
    /// The authorization server's issuer identifier.
    package let issuer: String

    package enum Outcome: Sendable, Equatable {
        case code(String)
        /// `description` is ASCII without quotation marks and backslashes.
        case error(code: String, description: String?)
    }

    package init(_ outcome: Outcome, state: String?, issuer: String) {
        self.outcome = outcome
        self.state = state
        self.issuer = issuer
    }

    /// The response that tells the client of `refusal`.
    package init(refusing refusal: WireRefusal, state: String?, issuer: String) {
        self.init(.error(code: refusal.code, description: refusal.description), state: state, issuer: issuer)
    }

    /// In the order they are sent: as a query, or as the fields of a form (OAuth 2.0 Form Post Response Mode §2).
    package var parameters: [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        switch outcome {
        case .code(let code): parameters.append(("code", code))
        case .error(let code, let description):
            parameters.append(("error", code))
            if let description { parameters.append(("error_description", description)) }
        }
        if let state { parameters.append(("state", state)) }
        parameters.append(("iss", issuer))
        return parameters
    }

    /// The address that the browser is sent to: `redirectURI` to the byte, with the response added to its query.
    ///
    /// - Parameter redirectURI: visible ASCII without fragment, as ``RedirectURI`` and ``AuthorizationRequest`` see to.
    package func address(at redirectURI: String) -> String {
        FormText.appending(parameters, to: redirectURI)
    }
}
