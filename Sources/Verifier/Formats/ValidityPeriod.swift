import Foundation
import WireFormats

/// The time in which a credential holds, in seconds since 1970.
struct ValidityPeriod {
    var issuedAt: Double?
    var notBefore: Double?
    var expires: Double?
    /// A member that is there and is no time.
    private(set) var malformed: String?

    /// The times of JWT claims, RFC 7519 §4.1.4 to §4.1.6.
    init(claims: JSONObject) {
        issuedAt = time("iat", in: claims)
        notBefore = time("nbf", in: claims)
        expires = time("exp", in: claims)
    }

    private mutating func time(_ name: String, in claims: JSONObject) -> Double? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.number, seconds.isFinite, abs(seconds) < 1e12 else {
            malformed = name
            return nil
        }
        return seconds
    }

    /// Narrows the period by members of a W3C credential.
    mutating func narrow(from start: String, until end: String, in credential: JSONObject) {
        if let from = stamp(start, in: credential) { notBefore = max(from, notBefore ?? from) }
        if let until = stamp(end, in: credential) { expires = min(until, expires ?? until) }
    }

    private mutating func stamp(_ name: String, in credential: JSONObject) -> Double? {
        guard let value = credential[name] else { return nil }
        guard let seconds = value.string.flatMap(DateTimeStamp.seconds) else {
            malformed = name
            return nil
        }
        return Double(seconds)
    }

    /// Why the credential does not hold at `instant`, nil if it does.
    func failure(at instant: Date, tolerance: TimeInterval) -> String? {
        let now = instant.timeIntervalSince1970
        if let malformed { return "\(malformed) is not a time" }
        if let expires, expires + tolerance <= now { return "expired on \(Self.text(expires))" }
        if let start = notBefore, start - tolerance > now { return "not valid before \(Self.text(start))" }
        if let issuedAt, issuedAt - tolerance > now { return "issued in the future, on \(Self.text(issuedAt))" }
        return nil
    }

    var summary: String { expires.map { "until \(Self.text($0))" } ?? "without an end" }

    private static func text(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }
}
