import AuthorizationServer
import ConfigurationFile
import IdentityRegistry
import RegistryRecords
import WireFormats

/// The claims of OpenID Connect, from the registry's fields.
struct ProviderClaims: PersonClaims {
    let definitions: [AuthorizationServerSettings.Claim]
    let source: any IdentitySource

    func claims(_ names: [String], of person: String) async throws -> JSONObject {
        let wanted = definitions.filter { names.contains($0.name) }
        guard !wanted.isEmpty else { return [:] }
        let fields = Set(wanted.flatMap(\.fields))
        guard let record = try await source.person(id: person, fields: fields) else { return [:] }
        var claims = JSONObject()
        for definition in wanted { claims[definition.name] = definition.value(in: record) }
        return claims
    }

    func displayName(of person: String) async throws -> String? {
        let parts = ["name", "given_name", "family_name"]
        let claims = try await claims(parts, of: person)
        if let name = claims["name"]?.string { return name }
        let names = ["given_name", "family_name"].compactMap { claims[$0]?.string }
        return names.isEmpty ? nil : names.joined(separator: " ")
    }
}

extension AuthorizationServerSettings.Claim {
    var fields: [String] {
        switch source {
        case .field(let name): [name]
        case .members(let members): members.map(\.field)
        }
    }

    func value(in record: PersonRecord) -> JSON? {
        switch source {
        case .field(let name): return record.fields[name]?.claim
        case .members(let members):
            let values = members.compactMap { member in
                record.fields[member.field].map { (member.name, $0.claim) }
            }
            return values.isEmpty ? nil : .object(JSONObject(values))
        }
    }
}

extension FieldValue {
    fileprivate var claim: JSON {
        switch self {
        case .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .boolean(let truth): .bool(truth)
        case .date(let date): .string(date.description)
        case .image(let image): .string(image.dataURI)
        case .list(let texts): .array(texts.map { .string($0) })
        }
    }
}
