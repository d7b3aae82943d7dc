package import Foundation
import JOSE
package import WireFormats

/// Reads the claims of a JWT, RFC 7519 §4.1, each check naming its fault.
package struct JWTClaimReader {
    package let claims: JSONObject

    package init(_ claims: JSONObject) { self.claims = claims }

    package init(payload: [UInt8]) throws(JWTFault) {
        guard let object = (try? JSON(parsing: payload))?.object else { throw .claimsNotJSONObject }
        claims = object
    }

    /// A string of 1 to `maximum` bytes; nil if there is no such claim.
    package func text(_ name: String, maximum: Int = 1024) throws(JWTFault) -> String? {
        guard let value = claims[name] else { return nil }
        guard let text = value.string, (1...maximum).contains(text.utf8.count) else { throw .malformedClaim(name) }
        return text
    }

    package func requiredText(_ name: String, maximum: Int = 1024) throws(JWTFault) -> String {
        guard let text = try text(name, maximum: maximum) else { throw .missingClaim(name) }
        return text
    }

    /// A NumericDate from 1970 to 9999, a fraction allowed; nil if there is no such claim.
    package func time(_ name: String) throws(JWTFault) -> Date? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.number, (0...253_402_300_799).contains(seconds) else { throw .malformedClaim(name) }
        return Date(timeIntervalSince1970: seconds)
    }

    package func requiredTime(_ name: String) throws(JWTFault) -> Date {
        guard let time = try time(name) else { throw .missingClaim(name) }
        return time
    }

    package func requireIssuer(_ issuer: String) throws(JWTFault) {
        guard try requiredText("iss").hasSameBytes(as: issuer) else { throw .wrongIssuer }
    }

    /// How `aud` may be written.
    package enum AudienceForm {
        /// Only a string, FAPI 2.0 Security Profile §5.3.2.1.
        case string
        /// A string, or an array of it alone: one for several parties could be used at all of them.
        case alone
        /// A string, or an array that holds it.
        case amongOthers
    }

    package func requireAudience(_ accepted: [String], _ form: AudienceForm) throws(JWTFault) {
        guard let stated = claims["aud"] else { throw .missingClaim("aud") }
        let isAccepted = { (value: JSON) in accepted.contains { value == .string($0) } }
        switch (stated, form) {
        case (.string, _): guard isAccepted(stated) else { throw .wrongAudience }
        case (.array(let values), .alone): guard values.count == 1, isAccepted(values[0]) else { throw .wrongAudience }
        case (.array(let values), .amongOthers): guard values.contains(where: isAccepted) else { throw .wrongAudience }
        default: throw .wrongAudience
        }
    }

    /// `exp` is required and ahead of `now`, at most `tolerance` seconds behind it.
    @discardableResult
    package func requireUnexpired(at now: Date, tolerance: TimeInterval) throws(JWTFault) -> Date {
        let expiresAt = try requiredTime("exp")
        guard expiresAt.addingTimeInterval(tolerance) > now else { throw .expired }
        return expiresAt
    }

    /// `iat` and `nbf`, if they are there, are not ahead of `now` by more than `tolerance` seconds.
    package func checkNotFromTheFuture(at now: Date, tolerance: TimeInterval) throws(JWTFault) {
        let latest = now.addingTimeInterval(tolerance)
        if let issuedAt = try time("iat"), issuedAt > latest { throw .fromTheFuture }
        if let notBefore = try time("nbf"), notBefore > latest { throw .notYetValid }
    }

    /// `iat` is required, at most `maximumAge` seconds ago and at most `tolerance` seconds ahead.
    package func requireFresh(at now: Date, maximumAge: TimeInterval, tolerance: TimeInterval) throws(JWTFault) -> Date
    {
        let issuedAt = try requiredTime("iat")
        guard issuedAt >= now.addingTimeInterval(-maximumAge) else { throw .stale }
        guard issuedAt <= now.addingTimeInterval(tolerance) else { throw .fromTheFuture }
        return issuedAt
    }
}

extension JSONObject {
    /// Seconds since 1970, whole, as NumericDates are written here.
    package mutating func setTime(_ name: String, _ instant: Date?) {
        self[name] = instant.map { .integer(Int64($0.timeIntervalSince1970.rounded(.down))) }
    }

    package mutating func setText(_ name: String, _ text: String?) {
        if let text { self[name] = .string(text) }
    }

    package mutating func setTexts(_ name: String, _ texts: [String]) {
        if !texts.isEmpty { self[name] = .array(texts.map(JSON.string)) }
    }
}
