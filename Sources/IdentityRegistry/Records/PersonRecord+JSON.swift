package import RegistryRecords
package import WireFormats

extension PersonRecord {
    /// The record as an import reads it: the identifier under the schema's name for it, then the fields in the
    /// schema's order, dates as `YYYY-MM-DD`, pictures as data URIs. Fields unknown to the schema are left out.
    package func json(_ schema: RegistrySchema) -> JSON {
        var object = JSONObject()
        object[schema.idField] = .string(id)
        for field in schema.fields {
            guard let value = fields[field.name] else { continue }
            object[field.name] = value.json
        }
        return .object(object)
    }
}

extension FieldValue {
    var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .boolean(let truth): .bool(truth)
        case .date(let date): .string(date.description)
        case .image(let image): .string(image.dataURI)
        case .list(let texts): .array(texts.map { .string($0) })
        }
    }
}
