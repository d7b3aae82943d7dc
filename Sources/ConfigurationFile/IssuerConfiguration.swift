package import CredentialIssuer
package import RegistryRecords

/// Everything that the operator's file says about an issuer, checked.
package struct IssuerConfiguration: Sendable, Equatable {
    /// The credential issuer identifier, and the address that everything public is below.
    package let publicURL: String
    /// The address that the public port listens on.
    package let host: String
    /// Registry ids of the people that anybody may try the issuer with.
    package let tryOut: [String]
    /// The issuer's name by language, the default one first.
    package let display: [CredentialDisplay]
    package let registry: RegistrySchema
    /// How long a pre-authorized code can be used.
    package let offerLifetime: Duration
    /// Digits of a transaction code.
    package let transactionCodeLength: Int
    package let accessTokenLifetime: Duration
    package let nonceLifetime: Duration
    /// The most proofs in one credential request.
    package let batchSize: Int
    /// In the order of the file.
    package let credentials: [CredentialConfiguration]
}

extension IssuerConfiguration {
    /// The configuration in a YAML text, for the issuer at `publicURL` unless the text names another.
    ///
    /// - Throws: every mistake in the text, with its line.
    package init(parsing yaml: String, publicURL: String) throws(ConfigurationFaults) {
        let log = FaultLog()
        guard let root = YAMLDocument.compose(yaml, log: log),
            let file = MappingReader(root, path: .root, line: 1, log: log)
        else { throw log.collected() }
        self.init(file, publicURL: publicURL)
        guard log.isEmpty else { throw log.collected() }
    }

    /// What could be read; complete only if nothing was logged.
    private init(_ file: MappingReader, publicURL: String) {
        file.allow([
            "server", "issuer", "registry", "offers", "tokens", "nonces", "batch_size", "try_out", "credentials",
        ])
        let server = ServerSection(file, defaultPublicURL: publicURL)
        let registry = RegistrySection(file)
        let lifetimes = LifetimeSections(file)
        self.init(
            publicURL: server.publicURL, host: server.host, tryOut: TryOutSection.people(file),
            display: IssuerSection.display(file), registry: registry.schema, offerLifetime: lifetimes.offer,
            transactionCodeLength: lifetimes.transactionCodeLength, accessTokenLifetime: lifetimes.accessToken,
            nonceLifetime: lifetimes.nonce, batchSize: file.integer("batch_size", in: 1...100) ?? 1,
            credentials: CredentialsSection(registry: registry, publicURL: server.publicURL).credentials(file))
    }
}
