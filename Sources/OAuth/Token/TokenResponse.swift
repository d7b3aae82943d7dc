import WireFormats

/// A successful token response, RFC 6749 §5.1.
package struct TokenResponse: Sendable, Equatable {
    package let accessToken: String
    package let tokenType: String
    package let lifetime: Duration

    package init(accessToken: String, tokenType: String = "Bearer", lifetime: Duration) {
        (self.accessToken, self.tokenType, self.lifetime) = (accessToken, tokenType, lifetime)
    }

    /// `expires_in` is in seconds on the wire.
    package func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"access_token\":")
        writer.string(accessToken)
        writer.raw(",\"token_type\":")
        writer.string(tokenType)
        writer.raw(",\"expires_in\":")
        writer.integer(lifetime.components.seconds)
        writer.raw("}")
        return writer.bytes
    }

    /// - Throws: `Malformation` if a required member is missing or of the wrong type.
    package init(parsing body: [UInt8]) throws(Malformation) {
        guard let object = (try? JSON(parsing: body))?.object else { throw .notJSONObject }
        guard let token = object["access_token"]?.string, !token.isEmpty else { throw .missing("access_token") }
        guard let type = object["token_type"]?.string else { throw .missing("token_type") }
        accessToken = token
        tokenType = type
        lifetime = .seconds(object["expires_in"]?.integer ?? 0)
    }

    package enum Malformation: Error, Equatable {
        case notJSONObject
        case missing(String)
    }
}
