import CredentialFormats
import CredentialIssuer

/// The settings of a credential that depend on its format: `format`, `type`, `decoys`, `data_model` and `contexts`.
struct CredentialFormatSection {
    enum Kind: String, CaseIterable {
        case sdJWTVC = "dc+sd-jwt"
        case jwtVCJSON = "jwt_vc_json"
        case jwtVCJSONLD = "jwt_vc_json-ld"
    }

    static let settings = ["format", "type", "decoys", "data_model", "contexts"]

    /// Nil, and logged, if it is none of those.
    let kind: Kind?
    /// Nil only if something is logged.
    let format: CredentialConfiguration.Format?

    init(_ reader: MappingReader, publicURL: String) {
        kind = Self.kind(reader)
        reader.require("type", "the type of the credential")
        switch kind {
        case .sdJWTVC:
            Self.refuse(["data_model", "contexts"], "this is for the W3C formats only", reader)
            let decoys = reader.integer("decoys", in: 0...64) ?? 0
            format = Self.vct(reader, publicURL: publicURL).map { .sdJWTVC(vct: $0, decoys: decoys) }
        case .jwtVCJSON:
            format = Self.w3cType(reader).map { .jwtVCJSON($0) }
        case .jwtVCJSONLD:
            format = Self.w3cType(reader).map { .jwtVCJSONLD($0) }
        case nil:
            format = nil
        }
    }

    private static func kind(_ reader: MappingReader) -> Kind? {
        let names = Kind.allCases.map(\.rawValue)
        reader.require("format", "one of " + names.joined(separator: ", "))
        guard let entry = reader["format"] else { return nil }
        if let kind = entry.text.flatMap(Kind.init(rawValue:)) { return kind }
        let choice = "a format is expected, one of " + names.joined(separator: ", ")
        reader.fault(choice + suggestion(for: entry.text ?? "", amongst: names), "format")
        return nil
    }

    private static func refuse(_ names: [String], _ message: String, _ reader: MappingReader) {
        for name in names where reader.has(name) { reader.fault(message, name) }
    }

    private static func vct(_ reader: MappingReader, publicURL: String) -> String? {
        let rule = "a name of letters, digits, '.', '_', '~' and '-' is expected, or a whole https: or urn: identifier"
        let type = reader.text("type", rule) { WireSyntax.checkIdentifier($0) || WireSyntax.checkURI($0) }
        guard let type, WireSyntax.checkIdentifier(type) else { return type }
        return (publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL) + "/vct/" + type
    }

    private static func w3cType(_ reader: MappingReader) -> W3CCredentialType? {
        refuse(["decoys"], "this is for dc+sd-jwt only", reader)
        let dataModel = dataModel(reader)
        let types =
            reader.texts("type", "a type is a name such as StudentID, or an https: or urn: identifier") {
                checkType($0)
            } ?? []
        let contexts = reader.texts("contexts", "a context is an https: or urn: identifier", WireSyntax.checkURI) ?? []
        for name in types where name == "VerifiableCredential" {
            reader.fault("\"\(name)\" is added by itself", "type")
        }
        guard let dataModel else { return nil }
        if contexts.contains(dataModel.baseContext) {
            reader.fault("\"\(dataModel.baseContext)\" is added by itself", "contexts")
        }
        if reader.has("type"), types.isEmpty { return nil }
        return W3CCredentialType(
            dataModel: dataModel, types: ["VerifiableCredential"] + types, contexts: [dataModel.baseContext] + contexts)
    }

    private static func dataModel(_ reader: MappingReader) -> W3CCredentialType.DataModel? {
        guard let entry = reader["data_model"] else { return .version1 }
        switch entry.text {
        case "1.1": return .version1
        case "2.0": return .version2
        default:
            reader.fault("\"1.1\" or \"2.0\" is expected", "data_model")
            return nil
        }
    }

    private static func checkType(_ text: String) -> Bool {
        guard !WireSyntax.checkURI(text) else { return true }
        guard let first = text.utf8.first, WireSyntax.isAlphanumeric(first), text.utf8.count <= 128 else {
            return false
        }
        return text.utf8.allSatisfy {
            WireSyntax.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
    }
}

extension W3CCredentialType.DataModel {
    fileprivate var baseContext: String {
        switch self {
        case .version1: "https://www.w3.org/2018/credentials/v1"
        case .version2: "https://www.w3.org/ns/credentials/v2"
        }
    }
}
