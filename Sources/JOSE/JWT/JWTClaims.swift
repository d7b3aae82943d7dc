package import Foundation
package import WireFormats

/// Why a payload is no JWT Claims Set, RFC 7519 §4.
package enum JWTMalformation: Error, Equatable {
    case notJSONObject
    /// A registered claim has another type than §4.1 gives it.
    case claim(String)
}

/// Why a JWT is not valid at an instant.
package enum JWTTimeRefusal: Error, Equatable {
    case missingExpiry
    case expired
    case notYetValid
    /// `iat` lies ahead.
    case issuedInTheFuture
}

/// The claims of a JWT, RFC 7519 §4.1, the registered ones typed. Says nothing about who made them.
package struct JWTClaims: Sendable {
    /// All claims, as they stand.
    package let all: JSONObject
    package let issuer: String?
    package let subject: String?
    /// Empty if there is no `aud`.
    package let audiences: [String]
    package let expiresAt: Date?
    package let notBefore: Date?
    package let issuedAt: Date?
    /// `jti`.
    package let id: String?
    package let nonce: String?

    /// - Parameter payload: UTF-8 JSON.
    package init(parsing payload: [UInt8]) throws(JWTMalformation) {
        guard let claims = (try? JSON(parsing: payload))?.object else { throw .notJSONObject }
        try self.init(claims)
    }

    package init(_ claims: JSONObject) throws(JWTMalformation) {
        all = claims
        issuer = try Self.string("iss", claims)
        subject = try Self.string("sub", claims)
        audiences = try Self.audiences(claims)
        expiresAt = try Self.date("exp", claims)
        notBefore = try Self.date("nbf", claims)
        issuedAt = try Self.date("iat", claims)
        id = try Self.string("jti", claims)
        nonce = try Self.string("nonce", claims)
    }

    package subscript(name: String) -> JSON? { all[name] }

    /// Whether `aud` names `audience`, byte for byte; it may name others too.
    package func hasAudience(_ audience: String) -> Bool {
        audiences.contains { $0.hasSameBytes(as: audience) }
    }

    /// Checks `exp`, `nbf` and `iat`, those that are there, with clocks that differ by no more than `leeway`.
    package func checkTimes(at now: Date, leeway: Duration, requiresExpiry: Bool) throws(JWTTimeRefusal) {
        let tolerance = Double(leeway.components.seconds) + Double(leeway.components.attoseconds) * 1e-18
        if let expiresAt {
            guard now < expiresAt.addingTimeInterval(tolerance) else { throw .expired }
        } else if requiresExpiry {
            throw .missingExpiry
        }
        let latest = now.addingTimeInterval(tolerance)
        if let notBefore, notBefore > latest { throw .notYetValid }
        if let issuedAt, issuedAt > latest { throw .issuedInTheFuture }
    }

    private static func string(_ name: String, _ claims: JSONObject) throws(JWTMalformation) -> String? {
        guard let value = claims[name] else { return nil }
        guard let text = value.string else { throw .claim(name) }
        return text
    }

    /// One string or an array of strings, §4.1.3.
    private static func audiences(_ claims: JSONObject) throws(JWTMalformation) -> [String] {
        switch claims["aud"] {
        case nil: return []
        case .string(let audience): return [audience]
        case .array(let elements):
            let audiences = elements.compactMap(\.string)
            guard audiences.count == elements.count else { throw .claim("aud") }
            return audiences
        default: throw .claim("aud")
        }
    }

    /// NumericDate, §2: seconds since 1970, a fraction allowed, up to the end of the year 9999. What is beyond is a
    /// number that no clock shows, infinity of a double included.
    private static func date(_ name: String, _ claims: JSONObject) throws(JWTMalformation) -> Date? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.number, abs(seconds) < 253_402_300_800 else { throw .claim(name) }
        return Date(timeIntervalSince1970: seconds)
    }
}

extension VerifiedJWS {
    /// The claims of this JWS, which is a JWT.
    package func claims() throws(JWTMalformation) -> JWTClaims {
        try JWTClaims(parsing: payload)
    }
}

extension JWSIssuer {
    /// A JWT with these claims, members in their order, RFC 7519 §7.1.
    package func sign(claims: JSONObject) throws -> String {
        String(decoding: try sign(payload: JSON.object(claims).encoded()), as: UTF8.self)
    }
}
