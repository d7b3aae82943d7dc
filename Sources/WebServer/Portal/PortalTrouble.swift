import JOSE
import WireFormats

/// Something that went wrong for a visitor, as the operator finds it in the log. Holds no personal data and no secrets.
package struct PortalTrouble: Sendable, Equatable {
    package enum Place: String, Sendable {
        case provider
        case issuer
        case offer
        case mail
        case server
    }

    /// What the visitor was shown, to tell the operator.
    package let reference: String
    package let place: Place
    package let reason: String

    init(_ place: Place, _ reason: String) {
        reference = Base64URL.encode(secureRandomBytes(6))
        (self.place, self.reason) = (place, reason)
    }
}
