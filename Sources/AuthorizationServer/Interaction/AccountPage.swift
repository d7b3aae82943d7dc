package import Foundation
package import OAuth

/// What a person sees on `/account`.
package struct AccountPage: Sendable {
    /// The value of the hidden field `csrf` in every form of the page.
    package let csrf: String
    /// How the person is called, as the registry has it; nil if it has no name.
    package let name: String?
    package let consents: [GivenConsent]
    package let passkeys: [RegisteredPasskey]
    /// Whether passkeys can be added.
    package let offersPasskeys: Bool
    /// Whether the person has to log in again before they add one.
    package let confirmsFirst: Bool
    /// Whether the person can have a vault.
    package let offersVault: Bool

    package init(
        csrf: String, name: String?, consents: [GivenConsent], passkeys: [RegisteredPasskey], offersPasskeys: Bool,
        confirmsFirst: Bool = false, offersVault: Bool = false
    ) {
        self.csrf = csrf
        self.name = name
        self.consents = consents
        self.passkeys = passkeys
        self.offersPasskeys = offersPasskeys
        self.confirmsFirst = confirmsFirst
        self.offersVault = offersVault
    }
}

/// A consent as its giver sees it.
package struct GivenConsent: Sendable {
    /// Names it in forms and in the address of its receipt.
    package let id: String
    package let party: RequestingParty
    package let credentials: [LocalizedText]
    package let claims: [LocalizedText]
    package let purpose: String?
    /// What was agreed to of data that markets know or the person keeps.
    package let sharing: [SharedScope]
    package let givenAt: Date
    /// Nil if it held for one time.
    package let expiresAt: Date?
    package let lastUsedAt: Date?
    package let withdrawnAt: Date?

    package init(
        id: String, party: RequestingParty, credentials: [LocalizedText], claims: [LocalizedText], purpose: String?,
        sharing: [SharedScope] = [], givenAt: Date, expiresAt: Date?, lastUsedAt: Date?, withdrawnAt: Date?
    ) {
        self.id = id
        self.party = party
        self.credentials = credentials
        self.claims = claims
        self.purpose = purpose
        self.sharing = sharing
        self.givenAt = givenAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.withdrawnAt = withdrawnAt
    }
}

/// What was agreed to of one scope of data.
package struct SharedScope: Sendable, Equatable {
    /// How the scope is called.
    package let name: LocalizedText
    /// Whose data it is, or was before the person kept it.
    package let market: LocalizedText
    package let claims: [LocalizedText]
    /// Values that the person typed, which nobody has confirmed.
    package let isSelfAsserted: Bool
    package let until: Date
    /// When values were last given; nil if never.
    package let lastUsedAt: Date?

    package init(
        name: LocalizedText, market: LocalizedText, claims: [LocalizedText], isSelfAsserted: Bool, until: Date,
        lastUsedAt: Date?
    ) {
        self.name = name
        self.market = market
        self.claims = claims
        self.isSelfAsserted = isSelfAsserted
        self.until = until
        self.lastUsedAt = lastUsedAt
    }
}

/// A passkey as its owner sees it.
package struct RegisteredPasskey: Sendable, Equatable {
    package let id: String
    package let name: String
    package let addedAt: Date
    package let lastUsedAt: Date?

    package init(id: String, name: String, addedAt: Date, lastUsedAt: Date?) {
        self.id = id
        self.name = name
        self.addedAt = addedAt
        self.lastUsedAt = lastUsedAt
    }
}
