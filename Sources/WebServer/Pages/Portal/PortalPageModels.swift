package import Foundation
package import OAuth

/// `GET /portal`: what can be had.
package struct PortalChoicePage: Sendable {
    package let csrf: String
    package let credentials: [PortalCredential]

    package init(csrf: String, credentials: [PortalCredential]) {
        (self.csrf, self.credentials) = (csrf, credentials)
    }
}

/// Shown while a credential is made; goes on to `/portal/credential` by itself.
package struct PortalWorkingPage: Sendable {
    /// Seconds until the browser asks again.
    package let pause: Int

    package init(pause: Int = 2) { self.pause = pause }
}

/// `GET /portal/credential`: the credential is there, and can be taken away in several ways.
package struct PortalDeliveryPage: Sendable {
    package let csrf: String
    package let credential: PortalCredential
    package let claims: [PortalClaim]
    /// In this order.
    package let ways: [PortalWay]
    /// Until when the portal keeps the credential.
    package let keptUntil: Date
    package let problem: Problem?

    /// What went wrong with the way that was chosen last.
    package enum Problem: String, Sendable, CaseIterable {
        case mailNotSent = "mail_not_sent"
        case addressMalformed = "address_malformed"
        case offerNotMade = "offer_not_made"
        case tooLargeForPaper = "too_large_for_paper"
    }

    package init(
        csrf: String, credential: PortalCredential, claims: [PortalClaim], ways: [PortalWay], keptUntil: Date,
        problem: Problem? = nil
    ) {
        self.csrf = csrf
        self.credential = credential
        self.claims = claims
        self.ways = ways
        self.keptUntil = keptUntil
        self.problem = problem
    }
}

/// How a person takes a credential with them; the value of the form field `way`.
package enum PortalWay: Sendable, Equatable {
    case wallet
    case file
    case print
    case pdf
    /// To the address on record, as the person may see it; nil asks for one in the field `email`.
    case email(recipient: String?)

    package var name: String {
        switch self {
        case .wallet: "wallet"
        case .file: "file"
        case .print: "print"
        case .pdf: "pdf"
        case .email: "email"
        }
    }
}

/// A credential on paper.
package struct PortalPrintPage: Sendable {
    package let credential: PortalCredential
    package let claims: [PortalClaim]
    package let issuedAt: Date
    package let validUntil: Date?
    /// What verifiers scan, in order: each text becomes a QR code.
    package let codes: [String]
    /// The claims that stand on the paper and in none of the codes, by name.
    package let omitted: [LocalizedText]

    package init(
        credential: PortalCredential, claims: [PortalClaim], issuedAt: Date, validUntil: Date?, codes: [String],
        omitted: [LocalizedText] = []
    ) {
        self.credential = credential
        self.claims = claims
        self.issuedAt = issuedAt
        self.validUntil = validUntil
        self.codes = codes
        self.omitted = omitted
    }
}

/// What became of a way that ends on a page.
package struct PortalDonePage: Sendable {
    package let credential: PortalCredential
    package let outcome: Outcome
    /// For the form that ends the visit; nil if there is nothing to end.
    package let csrf: String?

    package enum Outcome: Sendable, Equatable {
        case offer(PortalOffer, expiresAt: Date)
        /// To an address as the person may see it.
        case mailed(recipient: String)
        /// The portal has nothing left of it.
        case forgotten
    }

    package init(credential: PortalCredential, outcome: Outcome, csrf: String? = nil) {
        (self.credential, self.outcome, self.csrf) = (credential, outcome, csrf)
    }
}

/// Why the portal cannot go on.
package struct PortalProblemPage: Sendable {
    package let kind: Kind
    /// What the operator finds the case by.
    package let reference: String?

    package enum Kind: String, Sendable, CaseIterable {
        /// The person cancelled, or did not agree.
        case denied
        /// Took too long, or another browser.
        case over
        case provider
        case issuer
        case unknownCredential = "unknown_credential"
        case crossSite = "cross_site"
        /// From one network address, too much was begun.
        case tooMany = "too_many"
    }

    package init(kind: Kind, reference: String? = nil) {
        (self.kind, self.reference) = (kind, reference)
    }
}
