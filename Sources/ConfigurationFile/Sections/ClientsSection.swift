import OAuth

/// `clients`: who may ask people for something, beside those that are registered while the server runs.
struct ClientsSection {
    let server: AuthorizationServerSettings
    /// Values of `acr` as the file has them, right or wrong.
    let levels: [String]
    /// Scopes as the file has them, right or wrong; nil if others give some that are not in the file.
    let scopes: [String]?
    let offersLogin: Bool

    init(_ file: MappingReader, server: AuthorizationServerSettings) {
        self.server = server
        levels = LoginLevelsSection.names(file)
        offersLogin = file.has("login")
        let areOthers = file.mapping("authorization_server").map { $0.has("credential_issuers") || $0.has("resources") }
        let claims = file.mapping("authorization_server")?.mapping("claims")?.entries ?? []
        let own = Array(CredentialsSection.scopeOwners(file).keys) + claims.compactMap { $0.member("scope") }
        scopes = areOthers == true ? nil : own
    }

    func clients(_ file: MappingReader) -> [ClientSettings] {
        var ids = DistinctNames()
        return file.mappings("clients", most: 1000, "clients") { reader in
            reader.allow(Self.names)
            reader.require("id", "what the client calls itself in requests, its client_id")
            let id = reader.text("id", WireSyntax.clientIDRule, WireSyntax.checkClientID)
            if let id { ids.insert(id, of: "id", in: reader) }
            return client(id, reader)
        }
    }

    private static let names =
        [
            "id", "name", "redirect_uris", "grants", "scopes", "dpop", "verified", "acr", "policy_uri", "tos_uri",
            "post_logout_redirect_uris", "backchannel_logout_uri",
        ] + ClientAuthenticationSection.names

    private func client(_ id: String?, _ reader: MappingReader) -> ClientSettings? {
        reader.require("name", "what people are told that the client is called, as {en: …}")
        let name = reader.localizedText("name")
        let authentication = ClientAuthenticationSection(server: server).read(reader)
        let requiresDPoP = requiresDPoP(reader)
        let mayRefresh = requiresDPoP || authentication != .public
        let grants = grants(reader, authentication, mayRefresh: mayRefresh)
        let redirectURIs = redirectURIs(reader, grants)
        let settings = (
            scopes: scopes(reader), isVerified: reader.boolean("verified") ?? false, acr: acr(reader),
            policy: web("policy_uri", reader), terms: web("tos_uri", reader),
            postLogout: addresses("post_logout_redirect_uris", reader),
            backchannel: backchannelLogoutURI(reader)
        )
        guard let id, let name, let authentication else { return nil }
        return ClientSettings(
            id: id, name: name, authentication: authentication, redirectURIs: redirectURIs, grants: grants,
            scopes: settings.scopes, requiresDPoP: requiresDPoP, isVerified: settings.isVerified, acr: settings.acr,
            policyURI: settings.policy, termsURI: settings.terms, postLogoutRedirectURIs: settings.postLogout,
            backchannelLogoutURI: settings.backchannel)
    }

    private func requiresDPoP(_ reader: MappingReader) -> Bool {
        let written = reader.boolean("dpop")
        guard server.profile == .fapi2 else { return written ?? false }
        if written == false { reader.fault("fapi2 binds every token to a key; leave it out", "dpop") }
        return true
    }

    private func grants(
        _ reader: MappingReader, _ authentication: ClientSettings.Authentication?, mayRefresh: Bool
    ) -> [ClientSettings.Grant] {
        guard let grants: [ClientSettings.Grant] = reader.choices("grants") else {
            return mayRefresh ? [.authorizationCode, .refreshToken] : [.authorizationCode]
        }
        if grants.contains(.refreshToken), !mayRefresh {
            reader.fault(
                "a public client gets refresh tokens only if they are bound to a key; add \"dpop: true\" or leave "
                    + "refresh_token out", "grants")
        }
        if grants.contains(.clientCredentials), authentication == .public {
            reader.fault("a public client cannot have client_credentials: it has none", "grants")
        }
        return grants
    }

    private func redirectURIs(_ reader: MappingReader, _ grants: [ClientSettings.Grant]) -> [RedirectURI] {
        let addresses = self.addresses("redirect_uris", reader)
        guard grants.contains(.authorizationCode) else { return addresses }
        reader.require("redirect_uris", "where people are sent back to")
        if !offersLogin {
            reader.fault("people cannot log in for authorization_code: the file has no \"login\"", "grants")
        }
        return addresses
    }

    private func addresses(_ name: String, _ reader: MappingReader) -> [RedirectURI] {
        (reader.texts(name, AddressRule.redirect, AddressRule.checkRedirect) ?? []).compactMap(AddressRule.redirect)
    }

    private func scopes(_ reader: MappingReader) -> [String]? {
        guard let written = reader.texts("scopes", WireSyntax.scopeRule, WireSyntax.checkScope) else { return nil }
        guard let scopes else { return written }
        let known = scopes + WireSyntax.protocolScopes
        for scope in written where !known.contains(scope) {
            reader.fault(
                "no credential and no claim has the scope \"\(scope)\"" + suggestion(for: scope, amongst: known),
                "scopes")
        }
        return written
    }

    private func acr(_ reader: MappingReader) -> String? {
        guard let acr = reader.text("acr") else { return nil }
        if !levels.contains(acr) {
            reader.fault("there is no such level in login.levels" + suggestion(for: acr, amongst: levels), "acr")
        }
        return acr
    }

    private func web(_ name: String, _ reader: MappingReader) -> String? {
        reader.text(name, AddressRule.web, AddressRule.checkWeb)
    }

    /// OpenID Connect Back-Channel Logout §2.2.
    private func backchannelLogoutURI(_ reader: MappingReader) -> String? {
        reader.text("backchannel_logout_uri", AddressRule.web + ", without fragment") {
            AddressRule.checkWeb($0) && !$0.contains("#")
        }
    }
}
