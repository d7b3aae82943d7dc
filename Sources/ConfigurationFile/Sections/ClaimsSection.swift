import CredentialIssuer

/// `claims` of a credential or of a nested claim.
struct ClaimsSection {
    let registry: RegistrySection
    /// Nil if the credential's format is unknown, and logged.
    let format: CredentialFormatSection.Kind?
    var depth = 1

    static let maximumDepth = 5

    func rules(_ reader: MappingReader) -> [ClaimRule] {
        if reader.entries.isEmpty || reader.entries.count > 256 { reader.fault("1 to 256 claims are expected") }
        return reader.entries.compactMap { entry in
            checkName(entry, log: reader.log)
            return MappingReader(entry, log: reader.log).flatMap { rule(entry.name, $0) }
        }
    }

    private func rule(_ name: String, _ reader: MappingReader) -> ClaimRule? {
        guard let type = type(reader) else { return nil }
        let shared = ["type", "disclosable", "display"]
        reader.allow(shared + type.ownSettings, of: type.rawValue, amongst: shared + ClaimType.allSettings)
        let isDisclosable = disclosable("disclosable", reader)
        let isRequired = type == .constant || reader.boolean("required") ?? false
        let display = ClaimDisplaySection.read(reader)
        guard let kind = kind(type, reader, isRequired: isRequired) else { return nil }
        return ClaimRule(
            name: name, kind: kind, isSelectivelyDisclosable: isDisclosable, isRequired: isRequired, display: display)
    }

    private func type(_ reader: MappingReader) -> ClaimType? {
        let names = ClaimType.allCases.map(\.rawValue)
        reader.require("type", "one of " + names.joined(separator: ", "))
        guard let entry = reader["type"] else { return nil }
        if let type = entry.text.flatMap(ClaimType.init(rawValue:)) { return type }
        let choice = "a type is expected, one of " + names.joined(separator: ", ")
        reader.fault(choice + suggestion(for: entry.text ?? "", amongst: names), "type")
        return nil
    }

    private func kind(_ type: ClaimType, _ reader: MappingReader, isRequired: Bool) -> ClaimRule.Kind? {
        let source = ClaimSourceSetting(registry: registry)
        switch type {
        case .constant:
            reader.require("value", "the text that everybody gets")
            return reader.text("value").map { .constant($0) }
        case .nested:
            return nested(reader, isRequired: isRequired)
        case .array:
            let field = source.field(reader, for: type, isRequired: isRequired)
            return .array(from: field, elementsAreSelectivelyDisclosable: disclosable("elements_disclosable", reader))
        case .text: return .text(from: source.field(reader, for: type, isRequired: isRequired))
        case .integer: return .integer(from: source.field(reader, for: type, isRequired: isRequired))
        case .boolean: return .boolean(from: source.field(reader, for: type, isRequired: isRequired))
        case .date: return .date(from: source.field(reader, for: type, isRequired: isRequired))
        case .image: return .image(from: source.field(reader, for: type, isRequired: isRequired))
        }
    }

    private func nested(_ reader: MappingReader, isRequired: Bool) -> ClaimRule.Kind? {
        reader.require("claims", "what is inside")
        guard depth < Self.maximumDepth else {
            reader.fault("claims are nested deeper than \(Self.maximumDepth) levels", "claims")
            return nil
        }
        guard let inner = reader.mapping("claims") else { return nil }
        var section = self
        section.depth += 1
        let rules = section.rules(inner)
        if isRequired, !rules.isEmpty, !rules.contains(where: \.isRequired) {
            reader.fault("the claim is required, but no claim inside it is", "required")
        }
        return .nested(rules)
    }

    private func disclosable(_ name: String, _ reader: MappingReader) -> Bool {
        guard let isDisclosable = reader.boolean(name) else { return false }
        if isDisclosable, let format, format != .sdJWTVC {
            reader.fault("\(format.rawValue) has no selective disclosure", name)
        }
        return isDisclosable
    }

    private func checkName(_ entry: MappingReader.Entry, log: FaultLog) {
        let name = entry.name
        if name.unicodeScalars.count > 128
            || name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        {
            log.add("the name of a claim has at most 128 characters, none of control", at: entry.path, line: entry.line)
        }
        if ReservedClaimNames.check(name, in: format, depth: depth) {
            log.add("the name is reserved for the credential itself", at: entry.path, line: entry.line)
        }
    }
}

/// Names that the issuer must not let a rule write.
enum ReservedClaimNames {
    /// Registered for the credential, SD-JWT VC §2.2.2.2 (#claims-1), and those of SD-JWT itself, RFC 9901 §4.
    private static let inSDJWTVC: Set<String> = [
        "iss", "nbf", "exp", "iat", "cnf", "vct", "vct#integrity", "aka_vcts", "status", "sub", "_sd_alg",
    ]

    static func check(_ name: String, in format: CredentialFormatSection.Kind?, depth: Int) -> Bool {
        switch format {
        case .sdJWTVC: name == "_sd" || name == "..." || depth == 1 && inSDJWTVC.contains(name)
        // The subject's `id` is the holder's key.
        case .jwtVCJSON: depth == 1 && name == "id"
        case .jwtVCJSONLD: depth == 1 && name == "id" || name.hasPrefix("@")
        case nil: false
        }
    }
}
