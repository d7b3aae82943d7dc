/// What somebody who logs in without a browser answers.
package struct LoginAnswers: Sendable {
    /// The ways to log in, by their names on the page, in the order in which they are to be used. Without any, the way
    /// that each page proposes.
    package let methods: [String]
    /// By the names of the page's fields, those of facts without `fact_`.
    package let fields: [String: String]
    /// Gives the one-time code that was just sent by the method of this name; nil if there is none.
    package let code: @Sendable (_ method: String) async -> String?
    package let consent: Consent

    package enum Consent: Sendable, Equatable {
        case deny
        /// - Parameter remember: the value of the field of that name; nil for what the page proposes.
        case allow(Sharing, remember: String? = nil)
    }

    /// Which of the claims that may be left out are shared.
    package enum Sharing: Sendable, Equatable {
        case everything
        case only([String])
        /// As the boxes are ticked on the page.
        case asProposed
    }

    package init(
        methods: [String] = [], fields: [String: String], consent: Consent,
        code: @escaping @Sendable (_ method: String) async -> String? = { _ in nil }
    ) {
        self.methods = methods
        self.fields = fields
        self.consent = consent
        self.code = code
    }
}
