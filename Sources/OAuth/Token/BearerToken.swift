import HTTPTypes
import WireFormats

/// An access token sent as RFC 6750 §2.1 asks: in one Authorization header.
package struct BearerToken: Sendable {
    package let text: String

    /// How a request failed to present a token.
    package enum Malformation: Error, Equatable {
        case missing
        case inQuery
        case repeatedHeader
        case otherScheme
        case malformed
    }

    package init(in request: EndpointRequest) throws(Malformation) {
        // RFC 6750 §2.3, RFC 9700 §4.3.2: tokens in addresses end up in logs and histories.
        guard !Self.queryNamesToken(request.query) else { throw .inQuery }
        let values = request.headers[values: .authorization]
        guard let value = values.first else { throw .missing }
        guard values.count == 1 else { throw .repeatedHeader }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard let scheme = parts.first, scheme.lowercased() == "bearer" else { throw .otherScheme }
        guard parts.count == 2, Self.isToken(parts[1]) else { throw .malformed }
        text = String(parts[1])
    }

    static func queryNamesToken(_ query: Substring) -> Bool {
        query.split(separator: "&").contains { $0 == "access_token" || $0.hasPrefix("access_token=") }
    }

    /// `b64token` of RFC 6750 §2.1: one character or more, then any number of equals signs.
    static func isToken(_ text: Substring) -> Bool {
        guard let end = text.utf8.lastIndex(where: { $0 != UInt8(ascii: "=") }) else { return false }
        return text.utf8[...end].allSatisfy(isTokenCharacter)
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~+/".utf8.contains(byte)
        }
    }
}
