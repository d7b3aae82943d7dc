/// A way in which a person shows who they are.
package enum LoginMethod: String, Sendable, CaseIterable {
    /// Facts that the registry has about the person (knowledge-based identification).
    case knowledge
    case password
    case pin
    /// A one-time code sent to the registered e-mail address.
    case emailCode = "email_code"
    /// A one-time code sent to the registered telephone number.
    case smsCode = "sms_code"
    /// WebAuthn.
    case passkey

    /// Authentication method references, RFC 8176 §2.
    package var references: [String] {
        switch self {
        case .knowledge: ["kba"]
        case .password: ["pwd"]
        case .pin: ["pin"]
        case .emailCode: ["otp"]
        case .smsCode: ["otp", "sms"]
        case .passkey: ["swk", "user"]
        }
    }

    /// Whether the method says by itself who the person is, so that no username is asked.
    package var identifies: Bool { self == .knowledge || self == .passkey }
}

/// How well a person must show who they are: an authentication context class and what reaches it.
package struct AuthenticationLevel: Sendable, Equatable {
    /// The value of `acr`.
    package let acr: String
    /// Each is enough by itself: one or two methods, in the order in which they are asked. Never empty.
    package let alternatives: [[LoginMethod]]

    package init(acr: String, alternatives: [[LoginMethod]]) {
        (self.acr, self.alternatives) = (acr, alternatives)
    }

    /// Whether the methods that a person has passed reach the level.
    package func isReached(by methods: [LoginMethod]) -> Bool {
        alternatives.contains { $0.allSatisfy(methods.contains) }
    }
}

/// A fact that the knowledge check asks for.
package struct KnowledgeField: Sendable, Equatable {
    /// The registry's field.
    package let name: String
    package let label: [String: String]
    package let input: Input
    package let normalization: [Normalization]

    package enum Input: String, Sendable, CaseIterable {
        case text
        /// Typed as YYYY-MM-DD or picked.
        case date
        case number
    }

    /// What is done to both sides before they are compared, in this order.
    package enum Normalization: String, Sendable, CaseIterable {
        /// Spaces at the ends go, several inside become one. Always done.
        case spaces
        /// Unicode case folding.
        case letterCase = "letter_case"
        /// Letters without their accents.
        case accents
        /// Everything but letters and digits goes.
        case punctuation
    }

    package init(name: String, label: [String: String], input: Input, normalization: [Normalization]) {
        self.name = name
        self.label = label
        self.input = input
        self.normalization = normalization
    }
}
