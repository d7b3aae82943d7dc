import RegistryRecords

extension RegistrySection {
    /// The field that `entry` names, if it has one of `types`; anything else is logged. `use` begins the sentence that
    /// tells which types fit, as "a username is".
    func field(_ entry: MappingReader.Entry, _ types: [FieldType], _ use: String, _ reader: MappingReader)
        -> RegistrySchema.Field?
    {
        reader.text(of: entry).flatMap { field(named: $0, at: entry, types, use, reader) }
    }

    func field(
        named name: String, at entry: MappingReader.Entry, _ types: [FieldType], _ use: String, _ reader: MappingReader
    ) -> RegistrySchema.Field? {
        guard !brokenFields.contains(name) else { return nil }
        guard let field = schema[name] else {
            reader.fault(unknownField(name), at: entry)
            return nil
        }
        guard types.contains(field.type) else {
            let fitting = types.map(\.rawValue).joined(separator: ", ")
            reader.fault("\"\(name)\" is \(field.type.rawValue) in the registry; \(use) \(fitting)", at: entry)
            return nil
        }
        return field
    }

    private func unknownField(_ name: String) -> String {
        guard name != schema.idField else {
            return "the registry's identifier cannot be used here; give the people a field for it"
        }
        return "the registry has no field \"\(name)\"" + suggestion(for: name, amongst: schema.fields.map(\.name))
    }
}
