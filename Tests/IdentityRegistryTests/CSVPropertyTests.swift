import IdentityRegistry
import RegistryRecords
import TestSupport
import Testing

@Suite("CSV under random input")
struct CSVPropertyTests {
    private static let pieces = [
        "a", "Z", " ", ",", "\"", "\n", "\r\n", "\r", "é", "e\u{301}", "نور", "東京", "🎓", "𐍈", ";", "'", "\t",
        "\u{200F}",
    ]

    @Test("What a writer wrote is read back", arguments: 0..<40 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let columns = Int.random(in: 1...6, using: &random)
        let schema = RegistrySchema(
            idField: "id",
            fields: (0..<columns).map { .init(name: "c\($0)", type: .text, isRequired: false) })
        let lineEnd = Bool.random(using: &random) ? "\n" : "\r\n"
        var text = (["id"] + schema.fields.map(\.name)).joined(separator: ",") + lineEnd
        var expected: [PersonRecord] = []
        for row in 0..<20 {
            var fields: [String: FieldValue] = [:]
            let cells = schema.fields.map { field in
                let cell = Self.cell(&random)
                if !cell.isEmpty { fields[field.name] = .text(cell) }
                return cell
            }
            expected.append(PersonRecord(id: "p\(row)", fields: fields))
            text += (["p\(row)"] + cells).map { Self.written($0, &random) }.joined(separator: ",") + lineEnd
        }
        let outcome = try importCSV(text, schema: schema)
        #expect(outcome.rejections.isEmpty)
        #expect(outcome.records == expected)
    }

    @Test("No mutation of a file makes the import crash", arguments: 0..<300 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let csv =
            "\u{FEFF}id,name,born,credits,honours,languages,portrait\r\n1,\"An\"\"na\",2001-02-03,5,true,a;b,note.txt\n"
            + "2,Bo,,,,,portraits/anna.jpg\n"
        let json = #"[{"id":"1","name":"Anna","languages":["a","b"]},{"id":2,"name":"Bo","portrait":"note.txt"}]"#
        let reader = RegistryImport(schema: schema, imageFile: sampleImage)
        _ = try? reader.read(Self.mutated(Array(csv.utf8), &random), as: .csv)
        _ = try? reader.read(Self.mutated(Array(json.utf8), &random), as: .json)
    }

    private static func cell(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private static func written(_ cell: String, _ random: inout SeededGenerator) -> String {
        let special = Set("\",\r\n".utf8)
        guard cell.utf8.contains(where: special.contains) || Bool.random(using: &random) else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let position = Int.random(in: 0..<max(1, bytes.count), using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !bytes.isEmpty: bytes.remove(at: position)
            case 1 where !bytes.isEmpty: bytes[position] = UInt8.random(in: 0...255, using: &random)
            case 2:
                bytes.insert(
                    contentsOf: Array("\"\n,[]{}\\".utf8).shuffled(using: &random).prefix(2),
                    at: min(position, bytes.count))
            default: bytes.removeLast(min(bytes.count, position))
            }
        }
        return bytes
    }
}
