package import Foundation
package import JOSE
import WireFormats

/// Why a client does not act on a logout token.
package enum LogoutTokenRefusal: Error, Equatable {
    case jwt(JWTFault)
    /// `events` does not say that it is about a logout.
    case notALogout
    /// Neither `sub` nor `sid`.
    case neitherSubjectNorSession
    /// A nonce is for ID tokens: one could be passed off as the other.
    case nonce
}

/// A provider's word to a client that a person has logged out: OpenID Connect Back-Channel Logout 1.0 §2.4, checked as
/// §2.6 asks. Whether its identifier was seen before, the caller decides.
package struct LogoutToken: Sendable, Equatable {
    package static let type = "logout+jwt"
    package static let event = "http://schemas.openid.net/event/backchannel-logout"
    /// The parameter that carries it, §2.5.
    package static let parameter = "logout_token"

    package let subject: String?
    package let sessionID: String?
    /// `jti`, 1 to 256 bytes.
    package let identifier: String

    package init(verifying compact: String, expecting expected: TokenExpectation) throws(LogoutTokenRefusal) {
        let reader: JWTClaimReader
        do throws(JWTFault) {
            // §2.6 recommends the type and does not demand it; the event tells it from other tokens.
            reader = try expected.claims(of: compact, types: [Self.type, "jwt"], allowsNoType: true)
            try reader.requireUnexpired(at: expected.now, tolerance: expected.clockSkew)
            _ = try reader.requiredTime("iat")
            identifier = try reader.requiredText("jti", maximum: 256)
            subject = try reader.text("sub", maximum: 255)
            sessionID = try reader.text("sid")
        } catch {
            throw .jwt(error)
        }
        guard reader.claims["events"]?[Self.event]?.object != nil else { throw .notALogout }
        guard subject != nil || sessionID != nil else { throw .neitherSubjectNorSession }
        guard reader.claims["nonce"] == nil else { throw .nonce }
    }
}

/// Makes logout tokens: the provider's side of ``LogoutToken``.
package struct LogoutTokenMaker: Sendable {
    private let signing: JWSIssuer
    private let issuer: String

    package init(signer: any JWSSigner, keyID: String, issuer: String) {
        signing = JWSIssuer(signer: signer, header: ["typ": .string(LogoutToken.type), "kid": .string(keyID)])
        self.issuer = issuer
    }

    /// - Parameters:
    ///   - subject: as this client knows the person.
    ///   - sessionID: nil if all sessions of the person end.
    /// - Throws: what the signer throws.
    package func sign(
        clientID: String, subject: String, sessionID: String?, now: Date, lifetime: Duration = .seconds(120),
        identifier: String = Base64URL.encode(secureRandomBytes(16))
    ) throws -> String {
        var claims: JSONObject = [
            "iss": .string(issuer), "sub": .string(subject), "aud": .string(clientID), "jti": .string(identifier),
        ]
        claims.setTime("iat", now)
        claims.setTime("exp", now.addingTimeInterval(Double(lifetime.components.seconds)))
        claims.setText("sid", sessionID)
        claims["events"] = .object([LogoutToken.event: [:]])
        return try signing.sign(claims: claims)
    }
}
