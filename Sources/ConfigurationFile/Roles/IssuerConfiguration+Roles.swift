import CredentialIssuer

extension IssuerConfiguration {
    /// What the file lacks for a process that is only `roles`, or nil.
    package func faults(for roles: Set<ServerRole>) -> ConfigurationFaults? {
        let log = FaultLog()
        if roles.contains(.issuer) { checkIssuer(roles, log) }
        if roles.contains(.authorizationServer) { checkAuthorizationServer(roles, log) }
        if roles.contains(.portal) { checkPortal(roles, log) }
        return log.isEmpty ? nil : log.collected()
    }

    private func checkIssuer(_ roles: Set<ServerRole>, _ log: FaultLog) {
        if credentials.isEmpty {
            log.add("\"credentials\" is missing: what can be issued, by identifier", at: .root, line: 1)
        }
        if !roles.contains(.authorizationServer), authorizationServers.isEmpty {
            add(
                "an issuer without the role authorization-server needs to know whose tokens to take, as "
                    + "[{issuer: https://as.example.org}]", to: log, at: ["authorization_servers"])
        }
    }

    private func checkAuthorizationServer(_ roles: Set<ServerRole>, _ log: FaultLog) {
        if !roles.contains(.issuer), authorizationServer.credentialIssuers.isEmpty,
            let client = clients.first(where: mayAskForCredentials)
        {
            add(
                "the client \"\(client.id)\" may ask for credentials, and this server is no issuer: name the issuers, "
                    + "or give the client no scope of a credential", to: log,
                at: ["authorization_server", "credential_issuers"])
        }
        if roles.contains(.portal), portal.provider == publicURL,
            clients.contains(where: { $0.id == portal.clientID })
        {
            add("the client \"\(portal.clientID)\" is this server's own portal; leave it out", to: log, at: ["clients"])
        }
    }

    private func mayAskForCredentials(_ client: ClientSettings) -> Bool {
        let scopes = credentials.compactMap(\.scope)
        guard let asked = client.scopes else { return !credentials.isEmpty }
        return asked.contains(where: scopes.contains)
    }

    private func checkPortal(_ roles: Set<ServerRole>, _ log: FaultLog) {
        if !roles.contains(.authorizationServer), !portal.namesProvider {
            add(
                "a portal without the role authorization-server needs to know where people log in, as "
                    + "https://as.example.org", to: log, at: ["portal", "provider"])
        }
        if !roles.contains(.issuer), !portal.namesIssuer {
            add(
                "a portal without the role issuer needs to know who issues, as https://issuer.example.org", to: log,
                at: ["portal", "issuer"])
        }
    }

    /// At the line of the section, or the first if the file has no such section.
    private func add(_ message: String, to log: FaultLog, at path: [String]) {
        log.add(message, at: ConfigurationPath(text: path.joined(separator: ".")), line: lines[path[0]] ?? 1)
    }
}
