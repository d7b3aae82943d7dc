package import Foundation
package import WireFormats

/// A credential that the issuer gave for a person, verified, with what goes with it. Nobody has it but the portal.
package struct CredentialInHand: Sendable, Equatable {
    /// As it was issued.
    package let text: String
    /// As in OpenID4VCI 1.0 Appendix A.
    package let format: String
    /// What it says about the person, with every disclosure in its place.
    package let claims: JSONObject
    package let issuedAt: Date?
    package let expiresAt: Date?
    /// The private key that the portal made for the person, as a JWK; nil if the credential is bound to none.
    package let holderKey: JSONObject?
    /// The person's address on record, from the credential itself or from the provider; nil if neither tells it.
    package let email: RegisteredAddress?
    /// What ``PortalOffers`` makes an offer with; nil if it cannot. A secret.
    package let access: JSON?

    package init(
        text: String, format: String, claims: JSONObject, issuedAt: Date? = nil, expiresAt: Date? = nil,
        holderKey: JSONObject? = nil, email: RegisteredAddress? = nil, access: JSON? = nil
    ) {
        self.text = text
        self.format = format
        self.claims = claims
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.holderKey = holderKey
        self.email = email
        self.access = access
    }
}

/// Without what it says, wherever it is printed.
extension CredentialInHand: CustomStringConvertible, CustomReflectable {
    package var description: String { "credential in hand (\(format))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// An e-mail address as somebody else has it on record: shown in part only, never asked for.
package struct RegisteredAddress: Sendable, Equatable {
    private static let maximumBytes = 254

    package let text: String

    /// Nil if this is no address.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= Self.maximumBytes, parts.allSatisfy({ !$0.isEmpty }),
            text.unicodeScalars.allSatisfy(Self.isShown)
        else { return nil }
        self.text = text
    }

    /// As the person may see it and will know it again: `a…@example.org`.
    package var masked: String {
        let at = text.firstIndex(of: "@") ?? text.endIndex
        return text[..<at].prefix(1) + "…" + text[at...]
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
