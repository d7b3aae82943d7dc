import PersonAuthentication

/// `login.levels`: how well people must show who they are.
struct LoginLevelsSection {
    /// The methods that the file configures.
    let methods: [LoginMethod]

    func levels(_ login: MappingReader) -> [AuthenticationLevel] {
        guard login.has("levels") else {
            return [AuthenticationLevel(acr: "urn:vouchsafe:acr:basic", alternatives: methods.map { [$0] })]
        }
        guard let elements = login.sequence("levels", most: 10, "levels") else { return [] }
        if elements.isEmpty { login.fault("at least one level is needed", "levels") }
        var names = DistinctNames()
        return elements.compactMap { element in
            guard let reader = MappingReader(element, log: login.log) else { return nil }
            let level = level(reader)
            if let level { names.insert(level.acr, of: "acr", in: reader) }
            return level
        }
    }

    /// Values of `acr` as the file has them, right or wrong.
    static func names(_ file: MappingReader) -> [String] {
        guard let login = file.mapping("login") else { return [] }
        guard login.has("levels") else { return ["urn:vouchsafe:acr:basic"] }
        return (login.sequence("levels") ?? []).compactMap { $0.member("acr") }
    }

    private func level(_ reader: MappingReader) -> AuthenticationLevel? {
        reader.allow(["acr", "any"])
        reader.require("acr", "the name of the level, as urn:example:acr:strong")
        reader.require("any", "what reaches the level, as [passkey, [password, email_code]]")
        // `acr_values` has spaces between them.
        let acr = reader.text("acr", "1 to 128 ASCII characters without spaces are expected") { acr in
            acr.utf8.count <= 128 && acr.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        }
        let elements = reader.sequence("any", most: 20, "alternatives")
        if let elements, elements.isEmpty { reader.fault("the list is empty", "any") }
        let alternatives = (elements ?? []).map { alternative($0, reader) }
        guard let acr else { return nil }
        return AuthenticationLevel(acr: acr, alternatives: alternatives)
    }

    /// A method, or a list of two that are asked for one after the other.
    private func alternative(_ entry: MappingReader.Entry, _ reader: MappingReader) -> [LoginMethod] {
        guard let elements = entry.isScalar ? [entry] : reader.elements(of: entry) else { return [] }
        if !(1...2).contains(elements.count) {
            reader.fault("a method or a list of two is expected, as [password, email_code]", at: entry)
        }
        let names: [LoginMethod] = reader.choices(of: elements)
        for element in elements {
            guard let method = element.text.flatMap(LoginMethod.init), !methods.contains(method) else { continue }
            reader.fault("\"\(method.rawValue)\" is not in login.methods", at: element)
        }
        return names
    }
}
