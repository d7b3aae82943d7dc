import CredentialIssuer

/// `issuer`: who issues, as wallets show it.
enum IssuerSection {
    static func display(_ file: MappingReader) -> [CredentialDisplay] {
        file.require("issuer", "say who issues, as issuer: {display: [{name: …, locale: en}]}")
        guard let issuer = file.mapping("issuer") else { return [] }
        issuer.allow(["display"])
        issuer.require("display", "at least one name with its locale")
        return DisplaySection.read(issuer, ["name", "locale", "logo"])
    }
}
