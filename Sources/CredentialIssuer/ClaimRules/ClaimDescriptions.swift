package import WireFormats

extension ClaimRule {
    /// The `claims` array that describes what the rules make, OpenID4VCI 1.0 Appendix B
    /// (#claims-description-issuer-metadata), nested claims after the one they are in.
    ///
    /// - Parameter prefix: what the claims are inside of, such as `credentialSubject` in the W3C formats.
    package static func descriptions(_ rules: [ClaimRule], under prefix: [String] = []) -> JSON {
        let path = prefix.map { JSON.string($0) }
        return .array(rules.flatMap { $0.descriptions(under: path, isAlwaysThere: true) })
    }

    /// - Parameter isAlwaysThere: the claim that this one is in is part of every credential.
    private func descriptions(under parent: [JSON], isAlwaysThere: Bool) -> [JSON] {
        let path = parent + [.string(name)]
        let isMandatory = isAlwaysThere && (isRequired || isConstant)
        var description: JSONObject = ["path": .array(path)]
        if isMandatory { description["mandatory"] = true }
        if !display.isEmpty { description["display"] = .array(display.map(\.json)) }
        return [.object(description)] + inner(under: path, isAlwaysThere: isMandatory)
    }

    private func inner(under path: [JSON], isAlwaysThere: Bool) -> [JSON] {
        switch kind {
        case .nested(let rules):
            rules.flatMap { $0.descriptions(under: path, isAlwaysThere: isAlwaysThere) }
        // A null selects the array's elements (Appendix C): worth a line of its own where one can be withheld alone.
        case .array(_, elementsAreSelectivelyDisclosable: true):
            [.object(["path": .array(path + [.null])])]
        default: []
        }
    }
}

extension ClaimRule.DisplayName {
    fileprivate var json: JSON { .object(["name": .string(name), "locale": .string(locale)]) }
}
