/// An authorization server whose access tokens the credential issuer takes.
package struct TrustedAuthorizationServer: Sendable, Equatable {
    package let issuer: String
    package let tokens: Tokens
    /// The member of the token that names the person.
    package let subjectClaim: String
    /// What that member equals in the registry.
    package let subjectKey: SubjectKey

    package enum SubjectKey: Sendable, Equatable {
        /// The registry's own identifier.
        case identifier
        /// The text in a field.
        case field(String)
    }

    package enum Tokens: Sendable, Equatable {
        /// RFC 9068.
        case jwt
        /// RFC 7662, authenticated with the secret in a file.
        case introspection(clientID: String, secretFile: String)
    }
}
