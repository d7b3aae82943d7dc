package import PersonAuthentication

/// How people show who they are.
package struct PersonLoginSettings: Sendable, Equatable {
    /// The registry's fields that people type as their username. Empty only if no method asks for one, or if the
    /// source of the registry has its own way.
    package let usernameFields: [String]
    /// The column that passwords are imported from; it is no field of the registry.
    package let passwordColumn: String?
    /// The same of PINs.
    package let pinColumn: String?
    /// In the order of the file. Never empty.
    package let methods: [LoginMethod]
    /// What the knowledge check asks for; empty only if it is none of the methods.
    package let knowledge: [KnowledgeField]
    /// Nil if it is none of the methods.
    package let emailCode: OneTimeCode?
    /// Nil if it is none of the methods.
    package let smsCode: OneTimeCode?
    /// Weakest first; the first is the default. Never empty.
    package let levels: [AuthenticationLevel]
    package let attempts: Attempts

    package struct OneTimeCode: Sendable, Equatable {
        /// The registry's field with the address or number that codes go to.
        package let field: String
        package let lifetime: Duration
    }

    /// How many wrong answers are taken in a while.
    package struct Attempts: Sendable, Equatable {
        package let person: Int
        /// From one network address.
        package let address: Int
        package let client: Int
        package let window: Duration
    }
}
