import OAuth
import RegistryRecords

/// `authorization_server.claims`: what clients are told about people.
struct ProviderClaimsSection {
    let registry: RegistrySection
    /// Credentials by their scopes.
    let scopeOwners: [String: String]

    func claims(_ section: MappingReader) -> [AuthorizationServerSettings.Claim] {
        if section.entries.count > 100 { section.fault("at most 100 claims are expected") }
        return section.entries.compactMap { entry in
            checkName(entry, log: section.log)
            return MappingReader(entry, log: section.log).flatMap { claim(entry.name, $0) }
        }
    }

    private func claim(_ name: String, _ reader: MappingReader) -> AuthorizationServerSettings.Claim? {
        reader.allow(["from", "scope", "display"])
        reader.require("from", "the field of the registry")
        let source = reader["from"].flatMap { self.source($0, reader) }
        let scope = scope(reader)
        let display = reader.localizedText("display") ?? LocalizedText(name)
        guard let source else { return nil }
        return .init(name: name, source: source, scope: scope, display: display)
    }

    private func source(
        _ entry: MappingReader.Entry, _ reader: MappingReader
    ) -> AuthorizationServerSettings.Claim.Source? {
        let use = "a claim is made from"
        if entry.isScalar { return registry.field(entry, FieldType.allCases, use, reader).map { .field($0.name) } }
        guard let members = MappingReader(entry, log: reader.log) else { return nil }
        if members.entries.isEmpty || members.entries.count > 32 { members.fault("1 to 32 members are expected") }
        return .members(
            members.entries.compactMap { member in
                checkName(member, isMember: true, log: reader.log)
                return registry.field(member, FieldType.allCases, use, members).map {
                    .init(name: member.name, field: $0.name)
                }
            })
    }

    private func scope(_ reader: MappingReader) -> String? {
        let scope = reader.text("scope", WireSyntax.scopeRule, WireSyntax.checkScope)
        if let scope, WireSyntax.protocolScopes.contains(scope) {
            reader.fault("the scope \"\(scope)\" has a meaning of its own", "scope")
        }
        if let scope, let owner = scopeOwners[scope] {
            reader.fault("the scope is that of the credential \"\(owner)\"", "scope")
        }
        return scope
    }

    private func checkName(_ entry: MappingReader.Entry, isMember: Bool = false, log: FaultLog) {
        let scalars = entry.name.unicodeScalars
        if scalars.count > 128 || scalars.contains(where: { $0.properties.generalCategory == .control }) {
            log.add("the name of a claim has at most 128 characters, none of control", at: entry.path, line: entry.line)
        }
        if !isMember, Self.reservedNames.contains(entry.name) {
            log.add("the name is reserved for the token itself", at: entry.path, line: entry.line)
        }
    }

    /// Of ID tokens, OpenID Connect Core §2 and §5.6.2, Back-Channel Logout §2.1, and of JWTs, RFC 7519 §4.1.
    private static let reservedNames: Set<String> = [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "nonce", "acr", "amr", "azp", "at_hash",
        "c_hash", "s_hash", "sid", "cnf", "events", "_claim_names", "_claim_sources",
    ]
}
