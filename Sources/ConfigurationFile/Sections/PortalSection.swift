/// `portal`: where people come for their credentials with a browser.
enum PortalSection {
    static func settings(_ file: MappingReader, publicURL: String) -> PortalSettings {
        let portal = file.mapping("portal")
        portal?.allow(["provider", "issuer", "client_id", "starts"])
        let provider = portal?.text("provider", AddressRule.issuer, AddressRule.checkIssuer)
        let issuer = portal?.text("issuer", AddressRule.issuer, AddressRule.checkIssuer)
        let isForeign = [provider, issuer].contains { $0 != nil && $0 != publicURL }
        if isForeign { portal?.require("client_id", "what the provider knows the portal as") }
        let clientID = portal?.text("client_id", WireSyntax.clientIDRule, WireSyntax.checkClientID)
        return PortalSettings(
            provider: provider ?? publicURL, issuer: issuer ?? publicURL, clientID: clientID ?? "portal",
            starts: starts(portal), namesProvider: portal?.has("provider") ?? false,
            namesIssuer: portal?.has("issuer") ?? false)
    }

    private static func starts(_ portal: MappingReader?) -> PortalSettings.Starts {
        let reader = portal?.mapping("starts")
        reader?.allow(["address", "window"])
        return .init(
            address: reader?.integer("address", in: 1...1_000_000) ?? 300,
            window: reader?.duration("window", in: .seconds(60)...(.seconds(86400))) ?? .seconds(900))
    }
}
