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

    let schema: RegistrySchema
    let limits: ImportLimits
    let imageFile: ImageFile

    package init(schema: RegistrySchema, limits: ImportLimits = ImportLimits(), imageFile: @escaping ImageFile) {
        self.schema = schema
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
