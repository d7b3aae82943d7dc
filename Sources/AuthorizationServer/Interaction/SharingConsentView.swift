package import OAuth

/// The part of a consent page that is about data which markets know or the person keeps
/// (docs/design/014-consented-data-sharing.md, "Consent page and its answer").
///
/// The form's answer is the field `sharing`, which the page's script fills.
package struct SharingConsentView: Sendable, Equatable {
    /// In the order of the request; never empty.
    package let scopes: [Scope]
    /// Whether the person has a vault; without one they make it on the page.
    package let hasVault: Bool
    /// What was wrong with the answer that was sent last.
    package let problem: Problem?
    /// The JSON object that the script works from. What it says decides nothing here: the server checks answers against
    /// the request that it stored.
    package let requestJSON: [UInt8]

    package init(scopes: [Scope], hasVault: Bool, problem: Problem? = nil, requestJSON: [UInt8]) {
        self.scopes = scopes
        self.hasVault = hasVault
        self.problem = problem
        self.requestJSON = requestJSON
    }

    package enum Problem: Sendable, Equatable {
        /// What was shown has been replaced by something newer, which the page now shows.
        case changed
        /// The answer was none that can be taken; nothing was given to anybody.
        case refused
    }

    package struct Scope: Sendable, Equatable {
        /// `<market id>:<name>`.
        package let scope: String
        package let name: LocalizedText
        package let description: LocalizedText?
        /// How the market is called.
        package let market: LocalizedText
        package let heldBy: Holder
        /// The service provider's own words.
        package let purpose: String?
        /// Those that are asked for, in the definition's order.
        package let claims: [Claim]

        package init(
            scope: String, name: LocalizedText, description: LocalizedText?, market: LocalizedText, heldBy: Holder,
            purpose: String?, claims: [Claim]
        ) {
            self.scope = scope
            self.name = name
            self.description = description
            self.market = market
            self.heldBy = heldBy
            self.purpose = purpose
            self.claims = claims
        }

        /// An essential claim is not there and cannot be typed: the person cannot agree to this scope.
        package var lacksEssential: Bool {
            heldBy == .market && claims.contains { $0.isEssential && !$0.isThere }
        }
    }

    /// `held_by` of a scope's definition.
    package enum Holder: String, Sendable {
        case person
        case market
    }

    package struct Claim: Sendable, Equatable {
        package let name: String
        package let label: LocalizedText
        package let description: LocalizedText?
        package let isEssential: Bool
        /// Whether the deposit or the digest has it, as far as the server knows: as its shape says.
        package let isThere: Bool

        package init(
            name: String, label: LocalizedText, description: LocalizedText? = nil, isEssential: Bool, isThere: Bool
        ) {
            self.name = name
            self.label = label
            self.description = description
            self.isEssential = isEssential
            self.isThere = isThere
        }
    }
}
