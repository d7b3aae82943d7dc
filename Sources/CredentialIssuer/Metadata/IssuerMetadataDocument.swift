import CredentialFormats
import JOSE
package import WireFormats

/// Credential issuer metadata as it is published, OpenID4VCI 1.0 §12.2.4 (#credential-issuer-parameters).
package struct IssuerMetadataDocument: Sendable {
    package let credentialIssuer: String
    package let authorizationServers: [String]
    package let credentialEndpoint: String
    package let nonceEndpoint: String
    package let batchSize: Int
    package let display: [CredentialDisplay]
    package let configurations: [CredentialConfiguration]

    package init(
        credentialIssuer: String, authorizationServers: [String], credentialEndpoint: String, nonceEndpoint: String,
        batchSize: Int, display: [CredentialDisplay], configurations: [CredentialConfiguration]
    ) {
        self.credentialIssuer = credentialIssuer
        self.authorizationServers = authorizationServers
        self.credentialEndpoint = credentialEndpoint
        self.nonceEndpoint = nonceEndpoint
        self.batchSize = batchSize
        self.display = display
        self.configurations = configurations
    }

    /// The document with all display texts, or with those in `language` where there are any.
    package func json(language: String? = nil) -> JSON {
        var document: JSONObject = [
            "credential_issuer": .string(credentialIssuer),
            "authorization_servers": .array(authorizationServers.map(JSON.string)),
            "credential_endpoint": .string(credentialEndpoint), "nonce_endpoint": .string(nonceEndpoint),
        ]
        // A batch size of one means that batches are not supported, and must then not be stated (§12.2.4).
        if batchSize > 1 { document["batch_credential_issuance"] = ["batch_size": .integer(Int64(batchSize))] }
        if !display.isEmpty { document["display"] = .array(display.map(\.json)) }
        document["credential_configurations_supported"] = .object(
            JSONObject(configurations.map { ($0.id, .object($0.metadata)) }))
        let whole = JSON.object(document)
        return language.map { whole.showing(language: $0) } ?? whole
    }

    /// Every language that a display text is in, the issuer's default first.
    package var languages: [String] {
        var languages: [String] = []
        for display in display + configurations.flatMap(\.display) where !languages.contains(display.locale) {
            languages.append(display.locale)
        }
        return languages
    }
}

extension CredentialConfiguration {
    fileprivate var metadata: JSONObject {
        var entry: JSONObject = ["format": .string(format.identifier)]
        switch format {
        case .sdJWTVC(let vct, _): entry["vct"] = .string(vct)
        case .jwtVCJSON(let type):
            entry["credential_definition"] = ["type": .array(type.types.map(JSON.string))]
        case .jwtVCJSONLD(let type):
            entry["credential_definition"] = [
                "type": .array(type.types.map(JSON.string)), "@context": .array(type.contexts.map(JSON.string)),
                "credentialSubject": .object(JSONObject(claims.map { ($0.name, [:]) })),
            ]
        }
        if let scope { entry["scope"] = .string(scope) }
        entry["credential_signing_alg_values_supported"] = ["ES256"]
        if isKeyBound {
            entry["cryptographic_binding_methods_supported"] = ["jwk", "did:jwk", "did:key"]
            let algorithms = SignatureAlgorithm.elliptic.map { JSON.string($0.rawValue) }
            entry["proof_types_supported"] = ["jwt": ["proof_signing_alg_values_supported": .array(algorithms)]]
        }
        var described = JSONObject()
        if !display.isEmpty { described["display"] = .array(display.map(\.json)) }
        if !claims.isEmpty { described["claims"] = ClaimRule.descriptions(claims, under: claimsPath) }
        if !described.isEmpty { entry["credential_metadata"] = .object(described) }
        return entry
    }

    private var claimsPath: [String] {
        switch format {
        case .sdJWTVC: []
        case .jwtVCJSON, .jwtVCJSONLD: ["credentialSubject"]
        }
    }
}

extension CredentialDisplay {
    var json: JSON {
        var object: JSONObject = ["name": .string(name), "locale": .string(locale)]
        object["description"] = description.map(JSON.string)
        object["background_color"] = backgroundColor.map(JSON.string)
        object["text_color"] = textColor.map(JSON.string)
        object["logo"] = logoURI.map { ["uri": .string($0)] }
        return .object(object)
    }
}

extension JSON {
    /// Every `display` array cut down to its entries in `language`, or left whole if it has none.
    fileprivate func showing(language: String) -> JSON {
        switch self {
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.map { name, value in
                        guard name == "display", let entries = value.array else {
                            return (name, value.showing(language: language))
                        }
                        let matching = entries.filter { $0["locale"] == .string(language) }
                        return (name, matching.isEmpty ? value : .array(matching))
                    }))
        case .array(let elements): return .array(elements.map { $0.showing(language: language) })
        default: return self
        }
    }
}
