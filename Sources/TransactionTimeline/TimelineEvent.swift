package import Foundation
package import WireFormats

/// One thing that happened to an offer, as the operator sees it. Holds no personal data, codes or tokens.
package struct TimelineEvent: Sendable, Equatable {
    package let at: Date
    package let step: Step
    package let outcome: Outcome
    /// Further facts: identifiers, algorithms, counts.
    package let detail: JSONObject

    package enum Step: String, Sendable, CaseIterable {
        case offerCreated = "offer_created"
        case offerFetched = "offer_fetched"
        case metadata
        case authorization
        case login
        case consent
        case token
        case nonce
        case credential
        /// A market was asked for what a person has agreed to.
        case release
        case offerCancelled = "offer_cancelled"
    }

    package enum Outcome: Sendable, Equatable {
        case done
        /// The code that the client was given, and the reason for the operator.
        case refused(code: String, reason: String)
    }

    package init(at: Date, step: Step, outcome: Outcome = .done, detail: JSONObject = [:]) {
        self.at = at
        self.step = step
        self.outcome = outcome
        self.detail = detail
    }
}
