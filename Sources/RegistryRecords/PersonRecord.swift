/// What the identity registry knows about one person.
package struct PersonRecord: Sendable, Equatable {
    /// The registry's own identifier of the person: 1 to 128 visible ASCII characters.
    package let id: String
    package var fields: [String: FieldValue]

    package init(id: String, fields: [String: FieldValue]) {
        self.id = id
        self.fields = fields
    }
}

/// Which fields the registry's records have.
package struct RegistrySchema: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let type: FieldType
        package let isRequired: Bool

        package init(name: String, type: FieldType, isRequired: Bool) {
            (self.name, self.type, self.isRequired) = (name, type, isRequired)
        }
    }

    /// The field whose text is the record's identifier.
    package let idField: String
    package let fields: [Field]
    /// What separates the texts of a list within one CSV cell.
    package let listSeparator: Character

    package init(idField: String, fields: [Field], listSeparator: Character = ";") {
        (self.idField, self.fields, self.listSeparator) = (idField, fields, listSeparator)
    }

    package subscript(name: String) -> Field? { fields.first { $0.name == name } }
}
