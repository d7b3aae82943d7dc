package import OAuth

/// What the issuer has for people, as it says so itself.
package protocol PortalCatalogue: Sendable {
    /// In the issuer's order. Those of formats that nobody here could verify are left out.
    func credentials() async throws(PortalRefusal) -> [CatalogueCredential]
}

/// One credential configuration for people to choose, OpenID4VCI 1.0 §12.2.4 (#credential-issuer-parameters).
package struct CatalogueCredential: Sendable, Equatable {
    /// The credential configuration's identifier.
    package let id: String
    package let name: LocalizedText
    package let issuer: LocalizedText
    package let description: LocalizedText?
    package let backgroundColor: String?
    /// In the order in which they are to be shown.
    package let claims: [ClaimName]

    package init(
        id: String, name: LocalizedText, issuer: LocalizedText, description: LocalizedText? = nil,
        backgroundColor: String? = nil, claims: [ClaimName] = []
    ) {
        self.id = id
        self.name = name
        self.issuer = issuer
        self.description = description
        self.backgroundColor = backgroundColor
        self.claims = claims
    }
}

/// A claim and what to call it.
package struct ClaimName: Sendable, Equatable {
    /// Names from the outermost in; positions in arrays left out.
    package let path: [String]
    package let text: LocalizedText

    package init(path: [String], text: LocalizedText) {
        (self.path, self.text) = (path, text)
    }
}
