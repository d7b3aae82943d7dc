import IdentityRegistry
import RegistryRecords

let schema = RegistrySchema(
    idField: "id",
    fields: [
        .init(name: "name", type: .text, isRequired: true),
        .init(name: "born", type: .date, isRequired: false),
        .init(name: "credits", type: .integer, isRequired: false),
        .init(name: "honours", type: .boolean, isRequired: false),
        .init(name: "languages", type: .list, isRequired: false),
        .init(name: "portrait", type: .image, isRequired: false),
    ])

let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 0xFE, 0xFB]
let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 7]

struct NoSuchFile: Error {}

/// A folder with a good portrait, a text and a file that is too large.
func sampleImage(_ name: String) throws -> [UInt8] {
    switch name {
    case "portraits/anna.jpg": jpeg
    case "note.txt": Array("hello".utf8)
    case "large.jpg": jpeg + [UInt8](repeating: 0, count: ImageData.maximumBytes)
    default: throw NoSuchFile()
    }
}

func importCSV(
    _ text: String, schema: RegistrySchema = schema, limits: ImportLimits = ImportLimits()
) throws(ImportRefusal) -> ImportOutcome {
    try RegistryImport(schema: schema, limits: limits, imageFile: sampleImage).read(Array(text.utf8), as: .csv)
}

func importJSON(
    _ text: String, schema: RegistrySchema = schema, limits: ImportLimits = ImportLimits()
) throws(ImportRefusal) -> ImportOutcome {
    try RegistryImport(schema: schema, limits: limits, imageFile: sampleImage).read(Array(text.utf8), as: .json)
}
