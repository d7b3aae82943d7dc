import OAuth

/// `authorization_server`.
struct AuthorizationServerSection {
    let settings: AuthorizationServerSettings

    init(_ file: MappingReader, registry: RegistrySection, scopeOwners: [String: String]) {
        let section = file.mapping("authorization_server")
        section?.allow(Self.names)
        let profile: AuthorizationServerSettings.SecurityProfile = section?.choice("security_profile") ?? .none
        let tokenFormat: AuthorizationServerSettings.TokenFormat = section?.choice("token_format") ?? .opaque
        let session = Self.session(section?.mapping("session"))
        let claims = ProviderClaimsSection(registry: registry, scopeOwners: scopeOwners)
        settings = AuthorizationServerSettings(
            profile: profile,
            // RFC 9700 leaves it to us; FAPI 2.0 §5.3.2.1 says 60 seconds at most.
            codeLifetime: section?.duration("code_lifetime", in: .seconds(10)...(.seconds(60))) ?? .seconds(60),
            requestLifetime: Self.requestLifetime(section, profile),
            loginTime: section?.duration("login_time", in: .seconds(60)...(.seconds(3600))) ?? .seconds(600),
            sessionLifetime: session.lifetime, sessionIdle: session.idle,
            refreshTokenLifetime: section?.duration(
                "refresh_token_lifetime", in: .seconds(3600)...(.seconds(365 * 86400))) ?? .seconds(30 * 86400),
            tokenFormat: tokenFormat, dpopNonces: section?.choice("dpop_nonces") ?? .offered,
            subject: section?.choice("subject") ?? .pairwise,
            resources: section.map { Self.resources($0, tokenFormat) } ?? [],
            trustedAttesters: section.map(Self.attesters) ?? [],
            credentialIssuers: section?.texts("credential_issuers", AddressRule.issuer, AddressRule.checkIssuer) ?? [],
            claims: section?.mapping("claims").map(claims.claims) ?? [])
    }

    private static let names = [
        "security_profile", "code_lifetime", "request_lifetime", "login_time", "session", "refresh_token_lifetime",
        "token_format", "dpop_nonces", "subject", "resources", "trusted_attesters", "credential_issuers", "claims",
    ]

    private static func requestLifetime(
        _ section: MappingReader?, _ profile: AuthorizationServerSettings.SecurityProfile
    ) -> Duration {
        let lifetime = section?.duration("request_lifetime", in: .seconds(10)...(.seconds(600))) ?? .seconds(90)
        if profile == .fapi2, lifetime == .seconds(600) {
            // FAPI 2.0 Security Profile §5.3.2.2.
            section?.fault("must be less than 10m under fapi2", "request_lifetime")
        }
        return lifetime
    }

    private static func session(_ reader: MappingReader?) -> (lifetime: Duration, idle: Duration) {
        reader?.allow(["lifetime", "idle"])
        let range: ClosedRange<Duration> = .seconds(60)...(.seconds(30 * 86400))
        let lifetime = reader?.duration("lifetime", in: range) ?? .seconds(12 * 3600)
        let written = reader?.duration("idle", in: range)
        if let written, written > lifetime {
            reader?.fault("must not be longer than the session's lifetime of \(lifetime.written)", "idle")
        }
        return (lifetime, written ?? min(.seconds(3600), lifetime))
    }

    private static func resources(
        _ section: MappingReader, _ format: AuthorizationServerSettings.TokenFormat
    ) -> [AuthorizationServerSettings.Resource] {
        var names = DistinctNames()
        return section.mappings("resources", most: 100, "resources") { reader in
            reader.allow(["identifier", "token_format", "subject"])
            reader.require("identifier", "the address that tokens are asked for with")
            let rule = "an https address or urn: without fragment is expected (http is for localhost only)"
            let identifier = reader.text("identifier", rule, AddressRule.checkResource)
            let format = reader.choice("token_format") ?? format
            let subject: AuthorizationServerSettings.Resource.Subject = reader.choice("subject") ?? .pairwise
            guard let identifier else { return nil }
            names.insert(identifier, of: "identifier", in: reader)
            return .init(identifier: identifier, tokenFormat: format, subject: subject)
        }
    }

    private static func attesters(_ section: MappingReader) -> [AuthorizationServerSettings.Attester] {
        var names = DistinctNames()
        return section.mappings("trusted_attesters", most: 100, "attesters") { reader in
            reader.allow(["issuer", "keys", "roots"])
            reader.require("issuer", "who signs the attestations")
            let issuer = reader.text("issuer", AddressRule.issuer, AddressRule.checkIssuer)
            let way = reader.exactlyOne(of: ["keys", "roots"])
            guard let issuer, let way, let file = reader.text(way) else { return nil }
            names.insert(issuer, of: "issuer", in: reader)
            return .init(issuer: issuer, keys: way == "keys" ? .keys(file: file) : .roots(file: file))
        }
    }
}
