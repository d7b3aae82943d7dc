package import WireFormats

/// A successful token response, RFC 6749 §5.1, OpenID Connect Core §3.1.3.3, RFC 9396 §7, OpenID4VCI 1.0 §6.2
/// (#token-response).
package struct TokenResponse: Sendable, Equatable {
    package let accessToken: String
    package let tokenType: String
    package let lifetime: Duration
    package let refreshToken: String?
    package let idToken: String?
    /// `scope`: nil if it is not stated, and so what was asked for.
    package let scopes: [String]?
    /// A JSON array that is not empty: see ``GrantedAuthorizationDetail``.
    package let authorizationDetails: JSON?

    package init(
        accessToken: String, tokenType: String = "Bearer", lifetime: Duration, refreshToken: String? = nil,
        idToken: String? = nil, scopes: [String]? = nil, authorizationDetails: JSON? = nil
    ) {
        (self.accessToken, self.tokenType, self.lifetime) = (accessToken, tokenType, lifetime)
        (self.refreshToken, self.idToken, self.scopes) = (refreshToken, idToken, scopes)
        self.authorizationDetails = authorizationDetails
    }

    /// Whether the token is bound to the key of a DPoP proof, RFC 9449 §5.
    package var isBoundByDPoP: Bool { tokenType.lowercased().hasSameBytes(as: "dpop") }

    /// `expires_in` is in seconds on the wire.
    package func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"access_token\":")
        writer.string(accessToken)
        writer.raw(",\"token_type\":")
        writer.string(tokenType)
        writer.raw(",\"expires_in\":")
        writer.integer(lifetime.components.seconds)
        if let refreshToken {
            writer.raw(",\"refresh_token\":")
            writer.string(refreshToken)
        }
        if let idToken {
            writer.raw(",\"id_token\":")
            writer.string(idToken)
        }
        if let scopes {
            writer.raw(",\"scope\":")
            writer.string(ScopeList.text(scopes))
        }
        if let authorizationDetails {
            writer.raw(",\"authorization_details\":")
            writer.value(authorizationDetails)
        }
        writer.raw("}")
        return writer.bytes
    }

    /// - Throws: `Malformation` if a required member is missing, or one is of the wrong type or too long.
    package init(parsing body: [UInt8]) throws(Malformation) {
        guard let object = (try? JSON(parsing: body))?.object else { throw .notJSONObject }
        guard let token = try Self.text("access_token", in: object), !token.isEmpty else {
            throw .missing("access_token")
        }
        guard let type = try Self.text("token_type", in: object) else { throw .missing("token_type") }
        accessToken = token
        tokenType = type
        lifetime = .seconds(object["expires_in"]?.integer.map { min(max($0, 0), 315_360_000) } ?? 0)
        refreshToken = try Self.text("refresh_token", in: object)
        idToken = try Self.text("id_token", in: object, maximum: 262_144)
        scopes = try Self.text("scope", in: object).flatMap(ScopeList.parse)
        let details = object["authorization_details"]?.array ?? []
        authorizationDetails = details.isEmpty ? nil : .array(details)
    }

    private static func text(
        _ name: String, in object: JSONObject, maximum: Int = 16_384
    ) throws(Malformation) -> String? {
        guard let text = object[name]?.string else { return nil }
        guard text.utf8.count <= maximum else { throw .tooLong(name) }
        return text
    }

    package enum Malformation: Error, Equatable {
        case notJSONObject
        case missing(String)
        case tooLong(String)
    }
}
