import OAuth
import PersonAuthentication
import RegistryRecords

/// The methods of `login.methods` that have settings.
struct LoginMethodsSection {
    let registry: RegistrySection

    /// `knowledge`.
    func knowledge(_ reader: MappingReader) -> [KnowledgeField] {
        reader.allow(["fields"])
        reader.require("fields", "the facts to ask for, as fields: {birth_date: {}}")
        guard let fields = reader.mapping("fields") else { return [] }
        if fields.entries.isEmpty || fields.entries.count > 10 { fields.fault("1 to 10 fields are expected") }
        return fields.entries.compactMap { entry in
            let field = registry.field(
                named: entry.name, at: entry, [.text, .date, .integer], "the knowledge check asks for", fields)
            guard let settings = MappingReader(entry, log: fields.log) else { return nil }
            return knowledgeField(entry.name, field?.type ?? .text, settings)
        }
    }

    private func knowledgeField(_ name: String, _ type: FieldType, _ reader: MappingReader) -> KnowledgeField {
        reader.allow(["label", "input", "normalize"])
        let label = (reader.textsByLanguage("label", mayBeEmpty: false) ?? []).map { ($0.language, $0.text) }
        let normalization: [KnowledgeField.Normalization] = reader.choices("normalize") ?? []
        return KnowledgeField(
            name: name, label: label.isEmpty ? ["en": Self.label(of: name)] : Dictionary(label) { first, _ in first },
            input: reader.choice("input") ?? Self.input(for: type),
            normalization: KnowledgeField.Normalization.allCases.filter { $0 == .spaces || normalization.contains($0) })
    }

    /// `birth_date` is shown as "Birth date".
    private static func label(of name: String) -> String {
        let words = name.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func input(for type: FieldType) -> KnowledgeField.Input {
        switch type {
        case .date: .date
        case .integer: .number
        case .text, .boolean, .image, .list: .text
        }
    }

    /// `email_code` and `sms_code`.
    func code(_ name: String, _ methods: MappingReader) -> PersonLoginSettings.OneTimeCode? {
        guard let reader = methods.mapping(name) else { return nil }
        reader.allow(["to", "lifetime"])
        reader.require("to", "the field of the registry that codes are sent to")
        let field = reader["to"].flatMap { registry.field($0, [.text], "codes are sent to", reader) }
        let lifetime = reader.duration("lifetime", in: .seconds(60)...(.seconds(3600))) ?? .seconds(600)
        return field.map { .init(field: $0.name, lifetime: lifetime) }
    }
}
