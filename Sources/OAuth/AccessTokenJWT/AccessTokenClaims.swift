package import Foundation
package import WireFormats

/// What is said of an access token, in a token (RFC 9068 §2.2) or of one (RFC 7662 §2.2).
package struct AccessTokenClaims: Sendable, Equatable {
    package var issuer: String?
    package var subject: String?
    /// For whom the token is.
    package var audiences: [String] = []
    package var clientID: String?
    package var scopes: [String] = []
    package var issuedAt: Date?
    package var expiresAt: Date?
    /// `jti`.
    package var identifier: String?
    /// `cnf.jkt`: 32 bytes, the thumbprint of the key that whoever uses the token must have (RFC 9449 §6).
    package var keyThumbprint: [UInt8]?
    /// RFC 9396 §9: a JSON array.
    package var authorizationDetails: JSON?
    package var authenticatedAt: Date?
    package var acr: String?
    /// Members that are not defined here.
    package var others = JSONObject()

    package init() {}

    /// - Throws: `malformedClaim`, for `cnf` also if the token is bound to something else than a DPoP key: it is then
    ///   no bearer token.
    init(_ reader: JWTClaimReader) throws(JWTFault) {
        issuer = try reader.text("iss")
        subject = try reader.text("sub")
        audiences = try reader.audiences()
        clientID = try reader.text("client_id")
        if let text = reader.claims["scope"]?.string {
            guard text.utf8.count <= 16_384, let scopes = ScopeList.parse(text) else { throw .malformedClaim("scope") }
            self.scopes = scopes
        }
        issuedAt = try reader.time("iat")
        expiresAt = try reader.time("exp")
        identifier = try reader.text("jti")
        keyThumbprint = try reader.keyThumbprint()
        if let details = reader.claims["authorization_details"] {
            guard details.array != nil else { throw .malformedClaim("authorization_details") }
            authorizationDetails = details
        }
        authenticatedAt = try reader.time("auth_time")
        acr = try reader.text("acr")
        others = JSONObject(
            reader.claims.members.filter { member in !Self.names.contains { $0.hasSameBytes(as: member.name) } }
                .map { ($0.name, $0.value) })
    }

    private static let names = [
        "iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti", "cnf", "authorization_details", "auth_time",
        "acr",
    ]

    /// The members in the order of ``names``, then the others.
    package var json: JSONObject {
        var object = JSONObject()
        object.setText("iss", issuer)
        object.setText("sub", subject)
        if audiences.count == 1 { object["aud"] = .string(audiences[0]) } else { object.setTexts("aud", audiences) }
        object.setText("client_id", clientID)
        object.setText("scope", scopes.isEmpty ? nil : ScopeList.text(scopes))
        object.setTime("iat", issuedAt)
        object.setTime("exp", expiresAt)
        object.setText("jti", identifier)
        if let keyThumbprint { object["cnf"] = ["jkt": .string(Base64URL.encode(keyThumbprint))] }
        if let authorizationDetails { object["authorization_details"] = authorizationDetails }
        object.setTime("auth_time", authenticatedAt)
        object.setText("acr", acr)
        for member in others.members where object[member.name] == nil { object[member.name] = member.value }
        return object
    }
}

extension JWTClaimReader {
    /// `aud` as a list, RFC 7519 §4.1.3; at most 50.
    package func audiences() throws(JWTFault) -> [String] {
        guard let value = claims["aud"] else { return [] }
        let values = value.array ?? [value]
        let texts = values.compactMap(\.string)
        guard texts.count == values.count, texts.count <= 50 else { throw .malformedClaim("aud") }
        return texts
    }

    /// `cnf.jkt`, nil if there is no `cnf` at all.
    package func keyThumbprint() throws(JWTFault) -> [UInt8]? {
        guard let confirmation = claims["cnf"] else { return nil }
        guard let text = confirmation["jkt"]?.string, let bytes = try? Base64URL.decode(text), bytes.count == 32 else {
            throw .malformedClaim("cnf")
        }
        return bytes
    }
}
