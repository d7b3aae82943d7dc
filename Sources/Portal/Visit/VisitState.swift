package import Foundation

/// How far a visit is.
enum VisitState: Equatable {
    /// The person is at the provider.
    case begun(BegunVisit)
    /// The provider's answer is here, and is being used: it is never used again.
    case making
    case received(HeldCredential)
}

/// A visit whose person is at the provider.
struct BegunVisit: Equatable {
    let credential: CatalogueCredential
    let issuance: BegunIssuance
    /// What the person chose on our pages, by its tag; nil if nothing.
    let language: String?
}

/// A credential that a person may take away, until its time is over.
package struct HeldCredential: Sendable, Equatable {
    package let described: CatalogueCredential
    package let credential: CredentialInHand
    package let receivedAt: Date
    package let keptUntil: Date
    /// Whether the issuer makes offers of it.
    package internal(set) var isOffered: Bool
    package internal(set) var offersLeft: Int
    package internal(set) var lettersLeft: Int

    package init(
        described: CatalogueCredential, credential: CredentialInHand, receivedAt: Date, keptUntil: Date,
        isOffered: Bool = false, offersLeft: Int = 5, lettersLeft: Int = 3
    ) {
        self.described = described
        self.credential = credential
        self.receivedAt = receivedAt
        self.keptUntil = keptUntil
        self.isOffered = isOffered
        self.offersLeft = offersLeft
        self.lettersLeft = lettersLeft
    }
}
