import OAuth
package import OpenID4VCI
import WireFormats

/// Credentials of one issuer, with all that their holder needs to know before saying yes. Nothing has been asked for yet.
package struct DescribedCredentials: Sendable {
    /// The credential issuer identifier.
    package let issuer: String
    /// The name the issuer gives itself, in the best language it has.
    package let issuerName: String?
    package let credentials: [OfferedCredential]

    let metadata: CredentialIssuerMetadata
}

/// An offer that its holder may accept without a login: the pre-authorized code flow.
package struct OfferedCredentials: Sendable {
    package let described: DescribedCredentials
    /// What to ask the holder for; nil if no transaction code is needed.
    package let txCode: CredentialOffer.TxCode?

    let code: String
    let server: AuthorizationServerMetadata

    package var issuer: String { described.issuer }
    package var issuerName: String? { described.issuerName }
    package var credentials: [OfferedCredential] { described.credentials }
}

/// Credentials that their holder may ask for with a login: the authorization code flow.
package struct RequestableCredentials: Sendable {
    package let described: DescribedCredentials

    /// From the offer, to be sent back.
    let issuerState: String?
    let server: AuthorizationServerMetadata

    package var issuer: String { described.issuer }
    package var issuerName: String? { described.issuerName }
    package var credentials: [OfferedCredential] { described.credentials }
    /// Where the login is.
    package var authorizationServer: String { server.issuer }
}

/// One credential as the issuer describes it.
package struct OfferedCredential: Sendable {
    package let configurationID: String
    package let name: String
    /// As in OpenID4VCI 1.0 Appendix A.
    package let format: String
    package let claims: [ClaimLabel]
    let configuration: CredentialIssuerMetadata.Configuration
}

/// A claim and what to call it.
package struct ClaimLabel: Sendable, Equatable {
    /// Names from the outermost in; positions in arrays left out.
    package let path: [String]
    package let text: String
}

extension OfferedCredential {
    init(
        _ id: String, _ configuration: CredentialIssuerMetadata.Configuration, languages: LanguagePreference
    ) {
        configurationID = id
        name = languages.name(in: configuration.display) ?? configuration.typeName ?? id
        format = configuration.format
        self.configuration = configuration
        // Descriptions of the elements of an array lead to the same path as that of the array, which comes first.
        var described: [ClaimLabel] = []
        for label in configuration.claims.compactMap({ ClaimLabel(description: $0, languages: languages) })
        where !described.contains(where: { $0.path == label.path }) {
            described.append(label)
        }
        // Drafts before 1.0 list W3C claims in the definition itself, as the document shows it.
        let defined = configuration.credentialDefinition?["credentialSubject"]?.object?.names ?? []
        claims = described.isEmpty ? defined.map { ClaimLabel(path: [$0], text: $0) } : described
    }
}

extension ClaimLabel {
    /// A claims description, OpenID4VCI 1.0 Appendix B.2; nil if it has no usable path.
    fileprivate init?(description: JSONObject, languages: LanguagePreference) {
        var names = description["path"]?.array?.compactMap(\.string) ?? []
        if names.count > 1, names.first == "credentialSubject" { names.removeFirst() }
        guard !names.isEmpty else { return nil }
        path = names
        text =
            languages.name(in: description["display"]?.array?.compactMap(\.object) ?? [])
            ?? names.joined(separator: ".")
    }
}

extension CredentialIssuerMetadata.Configuration {
    /// The types a W3C credential of this configuration has.
    var types: [String]? { credentialDefinition?["type"]?.array?.compactMap(\.string) }

    fileprivate var typeName: String? { vct ?? types?.last { $0 != "VerifiableCredential" } }
}
