package import RegistryRecords

extension RegistrySchema {
    /// A text of somebody else's table as a value of a field; nil for an empty one.
    package func value(ofText text: [UInt8], as type: FieldType) throws(FieldFault) -> FieldValue? {
        guard type == .image else { return try readerWithoutFiles.value(ofCell: text[...], as: type) }
        guard !text.isEmpty else { return nil }
        do { return .image(try ImageData(reading: text)) } catch { throw .image(error) }
    }

    /// Reads what comes from elsewhere as an import reads it, only that there are no files beside it.
    var readerWithoutFiles: FieldReader {
        FieldReader(
            limits: ImportLimits(), listSeparator: listSeparator,
            images: ImageFiles { _ in throw ImageFault.unreadable })
    }
}
