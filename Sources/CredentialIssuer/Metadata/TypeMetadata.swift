package import WireFormats

extension CredentialConfiguration {
    /// Type metadata of an SD-JWT VC, draft-ietf-oauth-sd-jwt-vc §6; nil for other formats.
    package var typeMetadata: JSON? {
        guard case .sdJWTVC(let vct, _) = format else { return nil }
        var document: JSONObject = ["vct": .string(vct)]
        if let first = display.first {
            document["name"] = .string(first.name)
            document["description"] = first.description.map(JSON.string)
            document["display"] = .array(display.map(\.typeDisplay))
        }
        document["claims"] = .array(claims.flatMap { $0.typeClaims(under: [], isAlwaysThere: true) })
        return .object(document)
    }
}

extension CredentialDisplay {
    fileprivate var typeDisplay: JSON {
        var object: JSONObject = ["locale": .string(locale), "name": .string(name)]
        object["description"] = description.map(JSON.string)
        var simple = JSONObject()
        simple["logo"] = logoURI.map { ["uri": .string($0)] }
        simple["background_color"] = backgroundColor.map(JSON.string)
        simple["text_color"] = textColor.map(JSON.string)
        if !simple.isEmpty { object["rendering"] = ["simple": .object(simple)] }
        return .object(object)
    }
}

extension ClaimRule {
    fileprivate func typeClaims(under parent: [JSON], isAlwaysThere: Bool) -> [JSON] {
        let path = parent + [.string(name)]
        let isMandatory = isAlwaysThere && (isRequired || isConstant)
        var entry: JSONObject = ["path": .array(path)]
        if !display.isEmpty {
            entry["display"] = .array(
                display.map { ["locale": .string($0.locale), "label": .string($0.name)] })
        }
        if isMandatory { entry["mandatory"] = true }
        entry["sd"] = isSelectivelyDisclosable ? "always" : "never"
        switch kind {
        case .nested(let rules):
            return [.object(entry)] + rules.flatMap { $0.typeClaims(under: path, isAlwaysThere: isMandatory) }
        case .array(_, elementsAreSelectivelyDisclosable: true):
            return [.object(entry), ["path": .array(path + [.null]), "sd": "always"]]
        default: return [.object(entry)]
        }
    }
}
