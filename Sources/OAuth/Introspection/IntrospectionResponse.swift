package import WireFormats

/// What is known of a token, RFC 7662 §2.2.
package enum IntrospectionResponse: Sendable, Equatable {
    /// Whatever the reason: RFC 7662 §2.2 lets nothing more be said.
    case inactive
    case active(AccessTokenClaims)

    package var json: JSONObject {
        guard case .active(let claims) = self else { return ["active": false] }
        var object: JSONObject = [
            "active": true, "token_type": claims.keyThumbprint == nil ? "Bearer" : "DPoP",
        ]
        for member in claims.json.members { object[member.name] = member.value }
        return object
    }

    package var response: EndpointResponse { .privateJSON(.object(json)) }

    /// - Throws: `claimsNotJSONObject`, `missingClaim` or `malformedClaim`.
    package init(parsing body: [UInt8]) throws(JWTFault) {
        try self.init(try JWTClaimReader(payload: body))
    }

    init(_ reader: JWTClaimReader) throws(JWTFault) {
        guard let active = reader.claims["active"] else { throw .missingClaim("active") }
        guard let isActive = active.bool else { throw .malformedClaim("active") }
        guard isActive else {
            self = .inactive
            return
        }
        var others = reader.claims
        others["active"] = nil
        others["token_type"] = nil
        self = .active(try AccessTokenClaims(JWTClaimReader(others)))
    }
}
