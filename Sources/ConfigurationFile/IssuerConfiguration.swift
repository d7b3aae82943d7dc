package import CredentialIssuer
package import RegistryRecords

/// Everything that the operator's file says about an issuer, checked.
package struct IssuerConfiguration: Sendable, Equatable {
    /// The credential issuer identifier, and the address that everything public is below.
    package let publicURL: String
    /// The address that the public port listens on.
    package let host: String
    /// Proxies whose `X-Forwarded-For` is believed.
    package let trustedProxies: [AddressRange]
    /// Registry ids of the people that anybody may try the issuer with.
    package let tryOut: [String]
    /// The URL of the PostgreSQL database; nil for a SQLite file in the data directory.
    package let databaseURL: String?
    /// The issuer's name by language, the default one first.
    package let display: [CredentialDisplay]
    package let registry: RegistrySchema
    package let registrySource: RegistrySource
    /// How long a pre-authorized code can be used.
    package let offerLifetime: Duration
    /// Digits of a transaction code.
    package let transactionCodeLength: Int
    package let accessTokenLifetime: Duration
    package let nonceLifetime: Duration
    /// The most proofs in one credential request.
    package let batchSize: Int
    /// In the order of the file; empty only if the file is for other roles than the issuer's.
    package let credentials: [CredentialConfiguration]
    package let authorizationServer: AuthorizationServerSettings
    /// No identifier twice.
    package let clients: [ClientSettings]
    /// Nil if nobody logs in here.
    package let login: PersonLoginSettings?
    /// Nil if no e-mail is sent.
    package let mail: MailSettings?
    /// Nil if no text messages are sent.
    package let sms: SMSSettings?
    /// Whose tokens the credential issuer takes besides this server's own; no issuer twice.
    package let authorizationServers: [TrustedAuthorizationServer]
    package let portal: PortalSettings
    /// Nil where no data is shared, and there is no ledger.
    package let sharing: SharingSettings?
    /// What may be fetched from besides the Internet.
    package let outgoing: [InsideDestination]
    /// The chains that the ledger is anchored in; no place twice.
    package var anchors: [AnchorSettings] { sharing?.ledger.anchors ?? [] }
    /// Where the sections of the file begin.
    let lines: [String: Int]
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
        file.allow(Self.sections)
        let server = ServerSection(file, defaultPublicURL: publicURL)
        let registry = RegistrySection(file)
        let lifetimes = LifetimeSections(file)
        let mail = MailSection.settings(file)
        let sms = SMSSection.settings(file)
        let source = RegistrySourceSection(file)
        let login = LoginSection(
            registry: registry, source: source, isLocal: server.isLocal, hasMail: file.has("mail"),
            hasSMS: file.has("sms"))
        let authorizationServer = AuthorizationServerSection(
            file, registry: registry, scopeOwners: CredentialsSection.scopeOwners(file))
        let clients = ClientsSection(file, server: authorizationServer.settings)
        self.init(
            publicURL: server.publicURL, host: server.host, trustedProxies: server.trustedProxies,
            tryOut: TryOutSection.people(file), databaseURL: DatabaseSection.url(file),
            display: IssuerSection.display(file), registry: registry.schema,
            registrySource: source.source(file),
            offerLifetime: lifetimes.offer, transactionCodeLength: lifetimes.transactionCodeLength,
            accessTokenLifetime: lifetimes.accessToken, nonceLifetime: lifetimes.nonce,
            batchSize: file.integer("batch_size", in: 1...100) ?? 1,
            credentials: CredentialsSection(registry: registry, publicURL: server.publicURL).credentials(file),
            authorizationServer: authorizationServer.settings, clients: clients.clients(file),
            login: login.settings(file), mail: mail,
            sms: sms, authorizationServers: AuthorizationServersSection(registry: registry).servers(file),
            portal: PortalSection.settings(file, publicURL: server.publicURL),
            sharing: SharingSection.settings(file),
            outgoing: AddressListSection.outgoing(file),
            lines: Dictionary(file.entries.map { ($0.name, $0.line) }) { first, _ in first })
    }

    private static let sections = [
        "server", "database", "issuer", "registry", "offers", "tokens", "nonces", "batch_size", "try_out",
        "credentials",
        "authorization_server", "clients", "login", "mail", "sms", "authorization_servers", "portal", "sharing",
        "outgoing",
    ]
}
