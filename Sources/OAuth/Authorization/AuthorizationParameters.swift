import HTTPTypes
package import WireFormats

/// Where an answer to an authorization request would go: what the request says, nothing of it checked.
package struct AuthorizationReply: Sendable, Equatable {
    package let clientID: String?
    package let redirectURI: String?
    package let state: String?
    package let responseMode: ResponseMode?

    package init(
        clientID: String? = nil, redirectURI: String? = nil, state: String? = nil, responseMode: ResponseMode? = nil
    ) {
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.state = state
        self.responseMode = responseMode
    }

    fileprivate init(_ value: (String) -> String?) {
        func bounded(_ name: String, _ maximum: Int) -> String? {
            value(name).flatMap { $0.utf8.count <= maximum ? $0 : nil }
        }
        clientID = bounded("client_id", AuthorizationRequest.Limits.clientID)
        redirectURI = bounded("redirect_uri", AuthorizationRequest.Limits.redirectURI)
        state = bounded("state", AuthorizationRequest.Limits.state)
        responseMode = value("response_mode").flatMap(ResponseMode.init(wire:))
    }
}

/// The parameters of an authorization request before they are given a meaning: from a query, from a form, or from the
/// claims of a request object (RFC 9101 §4).
package struct AuthorizationParameters: Sendable {
    private enum Source {
        case form(RequestForm)
        case claims(JSONObject)
    }

    private let source: Source
    /// Where an answer would go.
    package let reply: AuthorizationReply

    /// Where the request itself is.
    package enum Place: Sendable, Equatable {
        case here
        /// In a request object by value.
        case requestObject(String)
        /// Behind a request_uri: a pushed request (RFC 9126 §4) or a request object by reference.
        case reference(String)
    }

    /// The parameters at the authorization endpoint: query of a GET, form body of a POST (OpenID Connect Core §3.1.2.1).
    package init(in request: EndpointRequest) throws(AuthorizationRequestRejection) {
        let isPost = request.method == .post
        do throws(RequestForm.Malformation) {
            let form =
                isPost ? try RequestForm(decoding: request) : try RequestForm(parsing: Array(request.query.utf8))
            self.init(form: form)
        } catch {
            let bytes = isPost ? request.body : Array(request.query.utf8)
            let reply = error == .repeatedParameter ? Self.unrepeated(in: bytes) : AuthorizationReply()
            throw AuthorizationRequestRejection(refusal: .form(error), reply: reply)
        }
    }

    package init(form: RequestForm) {
        source = .form(form)
        reply = AuthorizationReply { form[$0] }
    }

    /// - Parameter claims: parameters as members of a JSON object: those of a request object, or stored ones.
    package init(claims: JSONObject) {
        source = .claims(claims)
        reply = AuthorizationReply { claims[$0]?.string }
    }

    /// What can be told although some parameter is repeated: each value that stands there once.
    private static func unrepeated(in bytes: [UInt8]) -> AuthorizationReply {
        let pairs = bytes.split(separator: UInt8(ascii: "&")).prefix(FormParameters.maximumCount).compactMap {
            try? FormParameters(parsing: Array($0))
        }
        return AuthorizationReply { name in
            let values = pairs.compactMap { $0[name] }
            return values.count == 1 ? values[0] : nil
        }
    }

    /// - Throws: `requestAndRequestURI`, `malformed` or `tooLong`.
    package var place: Place {
        get throws(AuthorizationRequestRefusal) {
            switch (try text("request", maximum: 65_536), try text("request_uri", maximum: 2048)) {
            case (nil, nil): .here
            case (let object?, nil): .requestObject(object)
            case (nil, let reference?): .reference(reference)
            case (_?, _?): throw .requestAndRequestURI
            }
        }
    }

    /// A text of at most `maximum` bytes; nil if there is none, or an empty one.
    func text(_ name: String, maximum: Int) throws(AuthorizationRequestRefusal) -> String? {
        let text: String?
        switch source {
        case .form(let form): text = form[name]
        case .claims(let claims):
            guard let value = claims[name] else { return nil }
            guard let string = value.string else { throw .malformed(name) }
            text = string.isEmpty ? nil : string
        }
        guard let text else { return nil }
        guard text.utf8.count <= maximum else { throw .tooLong(name) }
        return text
    }

    /// A list of at most 50 words that are separated by spaces.
    func words(_ name: String, maximum: Int) throws(AuthorizationRequestRefusal) -> [String] {
        let words = try text(name, maximum: maximum)?.split(separator: " ").map(String.init) ?? []
        guard words.count <= 50 else { throw .tooLong(name) }
        return words
    }

    /// A whole number that is not negative, of at most nine digits.
    func number(_ name: String) throws(AuthorizationRequestRefusal) -> Int? {
        if case .claims(let claims) = source, let value = claims[name]?.integer {
            guard (0...999_999_999).contains(value) else { throw .malformed(name) }
            return Int(value)
        }
        guard let text = try text(name, maximum: 32) else { return nil }
        guard text.utf8.count <= 9, text.utf8.allSatisfy(\.isASCIIDigit) else { throw .malformed(name) }
        return Int(text)
    }

    /// A parameter that is JSON: text in a form, a value among claims.
    func json(_ name: String, maximum: Int) throws(AuthorizationRequestRefusal) -> JSON? {
        if case .claims(let claims) = source { return claims[name] }
        guard let text = try text(name, maximum: maximum) else { return nil }
        guard let json = try? JSON(parsing: Array(text.utf8)) else { throw .malformed(name) }
        return json
    }

    /// The values of `resource`, RFC 8707 §2: one string or an array of them among claims.
    func resources() throws(AuthorizationRequestRefusal) -> [String] {
        switch source {
        case .form(let form): return form.resources
        case .claims(let claims):
            guard let value = claims["resource"] else { return [] }
            let values = value.array ?? [value]
            let texts = values.compactMap(\.string)
            guard texts.count == values.count, texts.count <= RequestForm.maximumResources else { throw .target }
            return texts
        }
    }
}
