import Foundation
import OAuth
import PersonAuthentication

/// What an authorization request asks, found permissible for its client.
struct AuthorizationOrder: Sendable {
    let client: RegisteredClient
    let redirectURI: String
    /// Whether the request itself named the redirect URI.
    let namesRedirectURI: Bool
    let responseMode: ResponseMode
    let state: String?
    let nonce: String?
    /// Known scopes only, in the order asked.
    let scope: [String]
    let credentials: [OrderedCredential]
    let claims: [OrderedClaim]
    /// Data that others have about the person; nil if none is asked for.
    let sharing: (any SharingOrder)?
    let codeChallenge: CodeChallenge?
    let keyThumbprint: [UInt8]?
    let resources: [String]
    let issuerState: String?
    let prompts: Set<Prompt>
    let maxAge: Int?
    let level: AuthenticationLevel
    let loginHint: String?
    let languages: [String]
    let purpose: String?
    /// The person that an ID token hint names, as the client knows them.
    let hintedSubject: String?

    /// A refresh token may be given: the client can keep one, and says that it uses them.
    var allowsRefresh: Bool

    var isOpenID: Bool { scope.contains("openid") }
}

/// A credential that is asked for.
struct OrderedCredential: Sendable, Equatable {
    let entry: CatalogEntry
    /// Asked for by `authorization_details`: the token response then names it by an identifier.
    let byDetails: Bool
}

/// A claim that is asked for.
struct OrderedClaim: Sendable, Equatable {
    let name: String
    let isEssential: Bool
    let purpose: String?
    let inUserInfo: Bool
    let inIDToken: Bool
}
