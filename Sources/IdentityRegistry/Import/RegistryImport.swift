package import RegistryRecords

/// Reads people from a file: every good row becomes a record, every bad one is reported with its line and reasons.
package struct RegistryImport {
    package enum Format: String, Sendable, CaseIterable {
        /// RFC 4180 with a header, UTF-8.
        case csv
        /// An array of objects, or one object.
        case json
    }

    /// The bytes of the image file of that name. The name is relative, and has no component that begins with a dot.
    package typealias ImageFile = (_ name: String) throws -> [UInt8]

    /// Without the columns of secrets, whatever the caller's schema says: no record has them.
    let schema: RegistrySchema
    let secretColumns: SecretColumns
    let limits: ImportLimits
    let imageFile: ImageFile

    package init(
        schema: RegistrySchema, secretColumns: SecretColumns = .none, limits: ImportLimits = ImportLimits(),
        imageFile: @escaping ImageFile
    ) {
        self.schema = RegistrySchema(
            idField: schema.idField, fields: schema.fields.filter { secretColumns.kind(of: $0.name) == nil },
            listSeparator: schema.listSeparator)
        self.secretColumns = secretColumns
        self.limits = limits
        self.imageFile = imageFile
    }

    package func read(_ file: [UInt8], as format: Format) throws(ImportRefusal) -> ImportOutcome {
        guard file.count <= limits.bytes else { throw .tooLarge(maximumBytes: limits.bytes) }
        guard !file.starts(with: [0xFF, 0xFE]), !file.starts(with: [0xFE, 0xFF]) else { throw .notUTF8 }
        return switch format {
        case .csv: try readCSV(file)
        case .json: try readJSON(file)
        }
    }
}
