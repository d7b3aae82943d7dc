package import OAuth

/// A credential as the portal shows it, whoever issues it.
package struct PortalCredential: Sendable, Equatable {
    /// The credential configuration's identifier.
    package let id: String
    package let name: LocalizedText
    package let issuer: LocalizedText
    package let description: LocalizedText?
    /// `#RGB` or `#RRGGBB`; anything else counts as none.
    package let backgroundColor: String?
    /// What it says about a person, by name.
    package let claims: [LocalizedText]

    package init(
        id: String, name: LocalizedText, issuer: LocalizedText, description: LocalizedText? = nil,
        backgroundColor: String? = nil, claims: [LocalizedText] = []
    ) {
        self.id = id
        self.name = name
        self.issuer = issuer
        self.description = description
        self.backgroundColor = backgroundColor
        self.claims = claims
    }
}

/// What a credential that was issued says about its holder.
package struct PortalClaim: Sendable, Equatable {
    package let label: LocalizedText
    package let value: Value

    package enum Value: Sendable, Equatable {
        case text(String)
        /// A `data:` address of a picture; anything else is not shown.
        case image(String)
        case group([PortalClaim])
    }

    package init(label: LocalizedText, value: Value) {
        (self.label, self.value) = (label, value)
    }
}

/// An offer that puts a credential into a wallet.
package struct PortalOffer: Sendable, Equatable {
    /// `openid-credential-offer://…`
    package let link: String
    package let txCode: String?

    package init(link: String, txCode: String? = nil) {
        (self.link, self.txCode) = (link, txCode)
    }
}
