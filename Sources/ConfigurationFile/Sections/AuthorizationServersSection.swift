import RegistryRecords

/// `authorization_servers`: whose access tokens the credential issuer takes.
struct AuthorizationServersSection {
    let registry: RegistrySection

    private enum Tokens: String, CaseIterable {
        case jwt, introspection
    }

    func servers(_ file: MappingReader) -> [TrustedAuthorizationServer] {
        var names = DistinctNames()
        return file.mappings("authorization_servers", most: 100, "servers") { reader in
            reader.allow(["issuer", "tokens", "client_id", "secret_file", "subject"])
            reader.require("issuer", "the identifier of the authorization server")
            let issuer = reader.text("issuer", AddressRule.issuer, AddressRule.checkIssuer)
            if let issuer { names.insert(issuer, of: "issuer", in: reader) }
            let tokens = tokens(reader)
            let subject = subject(reader)
            guard let issuer, let tokens, let subject else { return nil }
            return TrustedAuthorizationServer(
                issuer: issuer, tokens: tokens, subjectClaim: subject.claim, subjectKey: subject.key)
        }
    }

    private func tokens(_ reader: MappingReader) -> TrustedAuthorizationServer.Tokens? {
        let tokens: Tokens? = reader.has("tokens") ? reader.choice("tokens") : .jwt
        let clientID = reader.text("client_id")
        let secretFile = reader.text("secret_file")
        switch tokens {
        case nil: return nil
        case .jwt:
            for name in ["client_id", "secret_file"] where reader.has(name) {
                reader.fault("this is for introspection only", name)
            }
            return .jwt
        case .introspection:
            reader.require("client_id", "what the authorization server knows this issuer as")
            reader.require("secret_file", "the file with the secret that introspection is authenticated with")
            guard let clientID, let secretFile else { return nil }
            return .introspection(clientID: clientID, secretFile: secretFile)
        }
    }

    private func subject(_ reader: MappingReader) -> (claim: String, key: TrustedAuthorizationServer.SubjectKey)? {
        guard reader.has("subject") else { return ("sub", .identifier) }
        guard let subject = reader.mapping("subject") else { return nil }
        subject.allow(["claim", "field"])
        let claim = subject.text("claim") ?? "sub"
        guard let entry = subject["field"] else { return (claim, .identifier) }
        return key(entry, subject).map { (claim, $0) }
    }

    /// A field, or the registry's identifier: by its own name, or as `id` if no field is called so.
    private func key(
        _ entry: MappingReader.Entry, _ subject: MappingReader
    ) -> TrustedAuthorizationServer.SubjectKey? {
        let schema = registry.schema
        let isField = schema["id"] != nil || registry.brokenFields.contains("id")
        if entry.text == schema.idField || entry.text == "id" && !isField { return .identifier }
        return registry.field(entry, [.text], "a person is found by", subject).map { .field($0.name) }
    }
}
