import CredentialIssuer

/// `credentials`: the credential configurations by their identifiers.
struct CredentialsSection {
    let registry: RegistrySection
    let publicURL: String

    func credentials(_ file: MappingReader) -> [CredentialConfiguration] {
        guard let section = file.mapping("credentials") else { return [] }
        if section.entries.isEmpty || section.entries.count > 100 { section.fault("1 to 100 credentials are expected") }
        var idOfScope: [String: String] = [:]
        return section.entries.compactMap { entry in
            if !WireSyntax.checkIdentifier(entry.name) {
                section.log.add(
                    "an identifier is 1 to 64 letters, digits, '.', '_', '~' and '-'", at: entry.path, line: entry.line)
            }
            guard let reader = MappingReader(entry, log: section.log) else { return nil }
            let credential = credential(entry.name, reader)
            if let scope = credential?.scope, let other = idOfScope.updateValue(entry.name, forKey: scope) {
                reader.fault("the scope is already that of \"\(other)\"", "scope")
            }
            return credential
        }
    }

    /// Credentials by their scopes, as the file has them, right or wrong.
    static func scopeOwners(_ file: MappingReader) -> [String: String] {
        let scopes = (file.mapping("credentials")?.entries ?? []).compactMap { entry in
            entry.member("scope").map { ($0, entry.name) }
        }
        return Dictionary(scopes) { first, _ in first }
    }

    private func credential(_ id: String, _ reader: MappingReader) -> CredentialConfiguration? {
        reader.allow(CredentialFormatSection.settings + Self.settings)
        reader.require("validity", "how long a credential is valid, as 365d")
        reader.require("claims", "what the credential says")
        let format = CredentialFormatSection(reader, publicURL: publicURL)
        let scope = reader.text("scope", WireSyntax.scopeRule, WireSyntax.checkScope)
        if let scope, WireSyntax.protocolScopes.contains(scope) {
            reader.fault("the scope \"\(scope)\" has a meaning of its own", "scope")
        }
        let validity = validity(reader)
        let isKeyBound = reader.boolean("key_binding") ?? true
        let display = DisplaySection.read(
            reader, ["name", "locale", "description", "background_color", "text_color", "logo"])
        let claims = reader.mapping("claims").map {
            ClaimsSection(registry: registry, format: format.kind).rules($0)
        }
        guard let format = format.format, let validity, let claims else { return nil }
        return CredentialConfiguration(
            id: id, format: format, scope: scope, validity: validity, isKeyBound: isKeyBound, display: display,
            claims: claims)
    }

    private static let settings = ["scope", "validity", "key_binding", "display", "claims"]

    private func validity(_ reader: MappingReader) -> Duration? {
        guard let validity = reader.duration("validity", in: .seconds(3600)...(.seconds(36500 * 86400))) else {
            return nil
        }
        if validity.components.seconds % 3600 != 0 { reader.fault("must be whole hours or days", "validity") }
        return validity
    }
}
