import Crypto
package import Foundation
package import JOSE
package import WireFormats

/// The claims of an ID token, OpenID Connect Core §2.
package struct IDTokenClaims: Sendable, Equatable {
    package let issuer: String
    package let subject: String
    /// Client identifiers; one if it is made here.
    package let audiences: [String]
    package let issuedAt: Date
    package let expiresAt: Date
    package var authenticatedAt: Date?
    package var nonce: String?
    package var acr: String?
    package var amr: [String] = []
    /// `azp`.
    package var authorizedParty: String?
    /// `sid`, OpenID Connect Front-Channel Logout 1.0 §3.
    package var sessionID: String?
    /// Claims about the person, and whatever else there is.
    package var others = JSONObject()

    package init(issuer: String, subject: String, clientID: String, issuedAt: Date, expiresAt: Date) {
        self.issuer = issuer
        self.subject = subject
        self.audiences = [clientID]
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    init(_ reader: JWTClaimReader) throws(JWTFault) {
        issuer = try reader.requiredText("iss")
        subject = try reader.requiredText("sub", maximum: 255)
        audiences = try reader.audiences()
        issuedAt = try reader.requiredTime("iat")
        expiresAt = try reader.requiredTime("exp")
        authenticatedAt = try reader.time("auth_time")
        nonce = try reader.text("nonce", maximum: 2048)
        acr = try reader.text("acr")
        if let value = reader.claims["amr"] {
            guard let values = value.array, values.count <= 50 else { throw .malformedClaim("amr") }
            amr = values.compactMap(\.string)
        }
        authorizedParty = try reader.text("azp")
        sessionID = try reader.text("sid")
        others = JSONObject(
            reader.claims.members.filter { member in !Self.names.contains { $0.hasSameBytes(as: member.name) } }
                .map { ($0.name, $0.value) })
    }

    private static let names = [
        "iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash", "c_hash",
    ]

    var json: JSONObject {
        var object: JSONObject = ["iss": .string(issuer), "sub": .string(subject)]
        if audiences.count == 1 { object["aud"] = .string(audiences[0]) } else { object.setTexts("aud", audiences) }
        object.setTime("iat", issuedAt)
        object.setTime("exp", expiresAt)
        object.setTime("auth_time", authenticatedAt)
        object.setText("nonce", nonce)
        object.setText("acr", acr)
        object.setTexts("amr", amr)
        object.setText("azp", authorizedParty)
        object.setText("sid", sessionID)
        // A claim about a person never takes the place of one of these.
        for member in others.members where !Self.names.contains(where: { $0.hasSameBytes(as: member.name) }) {
            object[member.name] = member.value
        }
        return object
    }

    /// `at_hash`, OpenID Connect Core §3.1.3.6: the left half of the hash that goes with the signature algorithm.
    package static func hash(of token: String, algorithm: SignatureAlgorithm) -> String {
        let bytes = Array(token.utf8)
        let digest =
            switch algorithm {
            case .es256, .ps256, .rs256: Array(SHA256.hash(data: bytes))
            case .es384: Array(SHA384.hash(data: bytes))
            // Ed25519 hashes with SHA-512, RFC 8032 §5.1.
            case .edDSA: Array(SHA512.hash(data: bytes))
            }
        return Base64URL.encode(digest.prefix(digest.count / 2))
    }
}

/// Makes ID tokens: the provider's side of ``IDToken``.
package struct IDTokenMaker: Sendable {
    private let issuer: JWSIssuer

    package init(signer: any JWSSigner, keyID: String) {
        issuer = JWSIssuer(signer: signer, header: ["typ": "JWT", "kid": .string(keyID)])
    }

    /// - Parameter accessToken: the one that goes with it: `at_hash` is then in the token.
    /// - Throws: what the signer throws.
    package func sign(_ claims: IDTokenClaims, accessToken: String?) throws -> String {
        var object = claims.json
        object.setText(
            "at_hash", accessToken.map { IDTokenClaims.hash(of: $0, algorithm: issuer.signer.algorithm) })
        return try issuer.sign(claims: object)
    }
}
