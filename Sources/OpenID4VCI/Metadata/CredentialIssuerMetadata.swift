package import WireFormats

/// Credential issuer metadata as a wallet reads it, OpenID4VCI 1.0 §12.2.4 (#credential-issuer-parameters).
package struct CredentialIssuerMetadata: Sendable, Equatable {
    package let credentialIssuer: String
    /// The issuer itself if the metadata names none.
    package let authorizationServers: [String]
    /// Whether the metadata names them: authorization details then need `locations`, §5.1.1.
    package let namesAuthorizationServers: Bool
    package let credentialEndpoint: String
    package let nonceEndpoint: String?
    /// At most this many proofs in one request.
    package let batchSize: Int
    package let display: [JSONObject]
    package let configurations: [String: Configuration]

    /// One entry of `credential_configurations_supported`.
    package struct Configuration: Sendable, Equatable {
        package let format: String
        /// What asks for this credential in an authorization request, §5.1.2; nil if only authorization details do.
        package let scope: String?
        package let vct: String?
        package let credentialDefinition: JSONObject?
        /// `proof_signing_alg_values_supported` of proof type `jwt`; nil if no proof is wanted.
        package let proofAlgorithms: [String]?
        package let display: [JSONObject]
        package let claims: [JSONObject]
    }

    package enum Malformation: Error, Equatable {
        case notJSONObject
        case missing(String)
        case malformed(String)
        /// `credential_issuer` differs from the identifier that the document was fetched for.
        case otherIssuer
    }

    package init(parsing body: [UInt8], fetchedFor identifier: String) throws(Malformation) {
        let limits = JSONLimits(depth: 24, values: 50_000)
        guard let object = (try? JSON(parsing: body, limits: limits))?.object else { throw .notJSONObject }
        guard let issuer = object["credential_issuer"]?.string else { throw .missing("credential_issuer") }
        guard issuer.hasSameBytes(as: identifier) else { throw .otherIssuer }
        guard let endpoint = object["credential_endpoint"]?.string else { throw .missing("credential_endpoint") }
        guard let entries = object["credential_configurations_supported"]?.object else {
            throw .missing("credential_configurations_supported")
        }
        credentialIssuer = issuer
        credentialEndpoint = endpoint
        nonceEndpoint = object["nonce_endpoint"]?.string
        let servers = object["authorization_servers"]?.array?.compactMap(\.string)
        authorizationServers = servers ?? [issuer]
        namesAuthorizationServers = servers != nil
        guard !authorizationServers.isEmpty else { throw .malformed("authorization_servers") }
        batchSize = object["batch_credential_issuance"]?["batch_size"]?.integer.map(Int.init(clamping:)) ?? 1
        display = object["display"]?.array?.compactMap(\.object) ?? []
        var configurations: [String: Configuration] = [:]
        for (id, entry) in entries.members {
            guard let configuration = Configuration(entry) else { throw .malformed(id) }
            configurations[id] = configuration
        }
        self.configurations = configurations
    }
}

extension CredentialIssuerMetadata.Configuration {
    fileprivate init?(_ json: JSON) {
        guard let object = json.object, let format = object["format"]?.string else { return nil }
        self.format = format
        scope = object["scope"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        vct = object["vct"]?.string
        credentialDefinition = object["credential_definition"]?.object
        proofAlgorithms = object["proof_types_supported"]?["jwt"]?["proof_signing_alg_values_supported"]?.array?
            .compactMap(\.string)
        // 1.0 has both under credential_metadata; drafts had them beside the format.
        let described = object["credential_metadata"]?.object ?? object
        display = described["display"]?.array?.compactMap(\.object) ?? []
        claims = described["claims"]?.array?.compactMap(\.object) ?? []
    }
}
