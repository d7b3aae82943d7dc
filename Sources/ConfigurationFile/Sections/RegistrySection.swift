import RegistryRecords

/// `registry`: which fields the people of the registry have.
struct RegistrySection {
    let schema: RegistrySchema
    /// Fields that are declared wrongly: whoever uses them has made no mistake.
    let brokenFields: Set<String>

    init(_ file: MappingReader) {
        guard let registry = file.mapping("registry") else {
            schema = RegistrySchema(idField: "id", fields: [])
            brokenFields = []
            return
        }
        registry.allow(["id", "list_separator", "fields", "source"])
        registry.require("fields", "the columns of the registry with their types")
        let idField = registry.text("id", Self.nameRule, Self.checkName) ?? "id"
        let separator = Self.listSeparator(registry)
        let reader = registry.mapping("fields")
        let fields = reader.map { Self.fields($0, idField: idField) } ?? []
        schema = RegistrySchema(idField: idField, fields: fields, listSeparator: separator)
        brokenFields = Set(reader?.entries.map(\.name) ?? []).subtracting(fields.map(\.name))
    }

    private static func listSeparator(_ registry: MappingReader) -> Character {
        let separator = registry.text("list_separator", "one punctuation character is expected, as \";\"") { text in
            guard text.utf8.count == 1, let character = text.first else { return false }
            return character.isPunctuation && character != "\"" || character.isSymbol
        }
        return separator?.first ?? ";"
    }

    private static func fields(_ reader: MappingReader, idField: String) -> [RegistrySchema.Field] {
        if reader.entries.isEmpty || reader.entries.count > 255 { reader.fault("1 to 255 fields are expected") }
        return reader.entries.compactMap { entry in
            guard checkName(entry.name) else {
                reader.log.add(nameRule, at: entry.path, line: entry.line)
                return nil
            }
            guard entry.name != idField else {
                reader.log.add(
                    "this is the registry's identifier already; leave it out", at: entry.path, line: entry.line)
                return nil
            }
            return field(entry, log: reader.log)
        }
    }

    /// Either just a type, or a mapping with `type` and `required`.
    private static func field(_ entry: MappingReader.Entry, log: FaultLog) -> RegistrySchema.Field? {
        if entry.isScalar {
            return type(entry, log: log).map { .init(name: entry.name, type: $0, isRequired: false) }
        }
        guard let settings = MappingReader(entry, log: log) else { return nil }
        settings.allow(["type", "required"])
        settings.require("type", "one of " + typeNames.joined(separator: ", "))
        let isRequired = settings.boolean("required") ?? false
        return settings["type"].flatMap { type($0, log: log) }
            .map { .init(name: entry.name, type: $0, isRequired: isRequired) }
    }

    private static func type(_ entry: MappingReader.Entry, log: FaultLog) -> FieldType? {
        if let type = entry.text.flatMap(FieldType.init(rawValue:)) { return type }
        let choice = "a type is expected, one of " + typeNames.joined(separator: ", ")
        log.add(choice + suggestion(for: entry.text ?? "", amongst: typeNames), at: entry.path, line: entry.line)
        return nil
    }

    private static let typeNames = FieldType.allCases.map(\.rawValue)
    static let nameRule =
        "the name of a column is expected: 1 to 64 characters without line breaks or spaces at either end"

    static func checkName(_ name: String) -> Bool {
        (1...64).contains(name.unicodeScalars.count) && name.first != " " && name.last != " "
            && !name.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
