import WireFormats

/// Why a client does not act on an authorization response.
package enum AuthorizationResponseRefusal: Error, Equatable {
    case malformed
    case missingState
    /// Not the answer to this client's own request.
    case wrongState
    /// The server says that it names itself and did not, RFC 9207 §2.4.
    case missingIssuer
    /// Another server answered: a mix-up, RFC 9207 §2.4.
    case wrongIssuer
    case neitherCodeNorError
    case codeAndError
}

/// An authorization response as its client reads it: RFC 6749 §4.1.2, RFC 9207 §2.4, RFC 9700 §4.4.
package struct ReceivedAuthorization: Sendable, Equatable {
    package let outcome: AuthorizationResponse.Outcome

    /// What the client remembers of its request.
    package struct Expectation: Sendable {
        package let state: String
        package let issuer: String
        /// `authorization_response_iss_parameter_supported` of the server's metadata.
        package let requiresIssuer: Bool

        package init(state: String, issuer: String, requiresIssuer: Bool) {
            self.state = state
            self.issuer = issuer
            self.requiresIssuer = requiresIssuer
        }
    }

    /// - Parameter callback: the whole address that was called, or its query alone, or the body of a form post.
    package init(
        callback: String, expecting expected: Expectation
    ) throws(AuthorizationResponseRefusal) {
        let query = callback.firstIndex(of: "?").map { callback[callback.index(after: $0)...] } ?? callback[...]
        guard query.utf8.count <= 16_384, let form = try? FormParameters(parsing: query.prefix { $0 != "#" }) else {
            throw .malformed
        }
        guard let state = form["state"] else { throw .missingState }
        guard constantTimeEqual(Array(state.utf8), Array(expected.state.utf8)) else { throw .wrongState }
        if let issuer = form["iss"] {
            guard issuer.hasSameBytes(as: expected.issuer) else { throw .wrongIssuer }
        } else if expected.requiresIssuer {
            throw .missingIssuer
        }
        switch (form["code"], form["error"]) {
        case (nil, nil): throw .neitherCodeNorError
        case (_?, _?): throw .codeAndError
        case (let code?, nil):
            guard code.isVisibleASCIIOrSpace else { throw .malformed }
            outcome = .code(code)
        case (nil, let error?):
            outcome = .error(
                code: ErrorText.code(error), description: form["error_description"].map(ErrorText.description))
        }
    }
}

/// What a server says of an error, made fit to be shown: RFC 6749 §5.2 allows only some of ASCII.
enum ErrorText {
    static func code(_ text: String) -> String { allowed(text, maximum: 100) }
    static func description(_ text: String) -> String { allowed(text, maximum: 500) }

    private static func allowed(_ text: String, maximum: Int) -> String {
        String(
            decoding: text.utf8.filter { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }.prefix(maximum),
            as: UTF8.self)
    }
}
