import Foundation
import HTTPTypes
package import OAuth
package import PersonAuthentication

/// What a browser sends with its request beside the form.
package struct Browser: Sendable {
    /// The secret of the cookie that tells this browser from others; nil on its first visit.
    package let secret: [UInt8]?
    /// The session cookie, if it is one of ours.
    package let session: TicketID?
    package let knownDevice: LoginCircumstances.KnownDevice?
    /// The visitor's network address.
    package let address: String
    /// What the visitor reads, a BCP 47 tag.
    package let language: String?

    package init(
        secret: [UInt8]?, session: TicketID?, knownDevice: LoginCircumstances.KnownDevice?, address: String,
        language: String? = nil
    ) {
        self.secret = secret
        self.session = session
        self.knownDevice = knownDevice
        self.address = address
        self.language = language
    }
}

/// What a browser is told to keep.
package struct BrowserChanges: Sendable {
    /// A new secret, 32 random bytes.
    package var secret: [UInt8]?
    /// The session that the person is now logged in by.
    package var session: Session?
    /// The session has ended.
    package var endsSession = false
    /// The device has been used by this person.
    package var device: LoginCircumstances.KnownDevice?

    package init() {}
}

/// What follows a request of a browser.
package struct InteractionOutcome: Sendable {
    package let next: Next
    package var changes: BrowserChanges
    /// Languages that the request prefers (`ui_locales`).
    package let languages: [String]
    /// The scheme of the client's address if it is an app's own.
    package let redirectScheme: String?

    package enum Next: Sendable {
        case page(InteractionPage, status: PageStatus)
        /// The same page again, by GET: so that going back or loading again sends no form twice.
        case reload(ticket: String)
        case answer(AuthorizationAnswer)
        /// The person has logged in for their own page.
        case account
    }

    package enum PageStatus: Sendable, Equatable {
        case fresh
        /// What was sent was wrong.
        case wrong
        case tooMany(retryAfter: Int)
        case unavailable
    }

    package init(
        _ next: Next, changes: BrowserChanges = BrowserChanges(), languages: [String] = [],
        redirectScheme: String? = nil
    ) {
        self.next = next
        self.changes = changes
        self.languages = languages
        self.redirectScheme = redirectScheme
    }

    init(_ next: Next, changes: BrowserChanges = BrowserChanges(), for order: AuthorizationOrder?) {
        self.init(
            next, changes: changes, languages: order?.languages ?? [],
            redirectScheme: order.flatMap { $0.client.registered($0.redirectURI)?.privateScheme })
    }
}

/// An authorization response on its way to the client.
package struct AuthorizationAnswer: Sendable, Equatable {
    package let redirectURI: String
    package let mode: ResponseMode
    package let response: AuthorizationResponse

    package init(redirectURI: String, mode: ResponseMode, response: AuthorizationResponse) {
        self.redirectURI = redirectURI
        self.mode = mode
        self.response = response
    }
}

/// Why a browser gets a page that goes nowhere: nobody to send an answer to can be trusted.
package enum InteractionRefusal: Refusal, Equatable {
    /// The request cannot be answered by redirection.
    case request(code: String, reason: String)
    /// Unknown, over, or somebody else's.
    case unknownInteraction
    /// The form did not come from our page in this browser.
    case forged
    /// It was answered in another tab.
    case alreadyAnswered

    /// What a program is told that pushed the request.
    package var wire: WireRefusal {
        switch self {
        case .request(let code, let reason): WireRefusal(.badRequest, code, reason)
        case .unknownInteraction, .alreadyAnswered:
            WireRefusal(.badRequest, "invalid_request", "The request is over")
        case .forged: WireRefusal(.forbidden, "invalid_request", "The form is not ours")
        }
    }

    package var reason: String { wire.description }
}
