package import PersonAuthentication

/// Which ways to log in the operator offers, and how.
package struct LoginSettings: Sendable {
    /// The facts asked for; empty where knowledge is not offered.
    package let knowledge: [KnowledgeField]
    package let offersPassword: Bool
    package let offersPIN: Bool
    /// By the method that sends them: ``LoginMethod/emailCode``, ``LoginMethod/smsCode``.
    package let codes: [LoginMethod: CodeSettings]
    package let offersPasskeys: Bool

    package struct CodeSettings: Sendable, Equatable {
        /// The registry's field that has the address or number.
        package let addressField: String
        package let lifetime: Duration

        package init(addressField: String, lifetime: Duration = .seconds(600)) {
            self.addressField = addressField
            self.lifetime = lifetime
        }
    }

    package init(
        knowledge: [KnowledgeField] = [], offersPassword: Bool = false, offersPIN: Bool = false,
        codes: [LoginMethod: CodeSettings] = [:], offersPasskeys: Bool = false
    ) {
        self.knowledge = knowledge
        self.offersPassword = offersPassword
        self.offersPIN = offersPIN
        self.codes = codes
        self.offersPasskeys = offersPasskeys
    }

    func offers(_ kind: SecretKind) -> Bool { kind == .pin ? offersPIN : offersPassword }
}
