import CredentialIssuer
import RegistryRecords

/// The type of a claim as the file names it.
enum ClaimType: String, CaseIterable {
    case text, integer, boolean, date, image, array, nested, constant

    /// The settings that only some types have.
    var ownSettings: [String] {
        switch self {
        case .text, .integer, .boolean, .date, .image: ["from", "required"]
        case .array: ["from", "required", "elements_disclosable"]
        case .nested: ["claims", "required"]
        case .constant: ["value"]
        }
    }

    static let allSettings = ["from", "required", "elements_disclosable", "claims", "value"]

    /// The types of fields that such a claim can be made from.
    var fieldTypes: [FieldType] {
        switch self {
        case .text: [.text, .date, .integer]
        case .integer: [.integer]
        case .boolean: [.boolean]
        case .date: [.date]
        case .image: [.image]
        case .array: [.list]
        case .nested, .constant: []
        }
    }
}

/// `from` of a claim: the field of the registry that it is made from.
struct ClaimSourceSetting {
    let registry: RegistrySection

    /// Nil for a claim that is only ever pushed, and for a mistake, which is logged.
    func field(_ reader: MappingReader, for type: ClaimType, isRequired: Bool) -> String? {
        guard let name = reader.text("from"), !registry.brokenFields.contains(name) else { return nil }
        guard let field = registry.schema[name] else {
            reader.fault(unknown(name), "from")
            return nil
        }
        guard type.fieldTypes.contains(field.type) else {
            let fitting = type.fieldTypes.map(\.rawValue).joined(separator: ", ")
            reader.fault(
                "\"\(name)\" is \(field.type.rawValue) in the registry; "
                    + "a claim of type \(type.rawValue) is made from \(fitting)", "from")
            return nil
        }
        if isRequired, !field.isRequired {
            reader.fault("the claim is required, but the registry's field \"\(name)\" is not", "required")
        }
        return name
    }

    private func unknown(_ name: String) -> String {
        guard name != registry.schema.idField else {
            return "the registry's identifier cannot be a claim; give the people a field for it"
        }
        let names = registry.schema.fields.map(\.name)
        return "the registry has no field \"\(name)\"" + suggestion(for: name, amongst: names)
    }
}

extension MappingReader {
    /// As ``allow(_:)``, telling a setting that other types of claims have from one that nobody knows.
    func allow(_ names: [String], of type: String, amongst known: [String]) {
        allow(known)
        for entry in entries where known.contains(entry.name) && !names.contains(entry.name) {
            fault("a claim of type \(type) has no such setting", entry.name)
        }
    }
}
