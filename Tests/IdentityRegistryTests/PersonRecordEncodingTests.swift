import IdentityRegistry
import RegistryRecords
import Testing
import WireFormats

@Suite("Encodings of a person's record")
struct PersonRecordEncodingTests {
    private let record = PersonRecord(
        id: "1001",
        fields: [
            "name": .text("Ánna \"X\"\n"), "born": FullDate("2001-02-03").map { .date($0) } ?? .text("?"),
            "credits": .integer(-1), "honours": .boolean(true), "languages": .list(["a;b", "ع"]),
            "portrait": ImageData(file: jpeg).map { .image($0) } ?? .text("?"),
        ])

    @Test("The JSON of a record has its fields in the schema's order")
    func json() {
        #expect(
            record.json(schema).description
                == #"{"id":"1001","name":"Ánna \"X\"\n","born":"2001-02-03","credits":-1,"honours":true,"#
                + #""languages":["a;b","ع"],"portrait":"data:image/jpeg;base64,/9j/4AECA/77"}"#)
    }

    @Test("The JSON of a record can be imported again")
    func importedAgain() throws {
        let outcome = try RegistryImport(schema: schema, imageFile: sampleImage)
            .read(record.json(schema).encoded(), as: .json)
        #expect(outcome.records == [record])
    }

    @Test("A stored record is read back")
    func storage() throws {
        #expect(try PersonRecord(decodingFromStorage: record.encodedForStorage()) == record)
        let empty = PersonRecord(id: "x", fields: [:])
        #expect(try PersonRecord(decodingFromStorage: empty.encodedForStorage()) == empty)
    }

    @Test("The extremes of numbers, dates and sizes are read back")
    func extremes() throws {
        var record = PersonRecord(id: String(repeating: "z", count: 128), fields: [:])
        record.fields["a"] = .integer(.min)
        record.fields["b"] = .integer(.max)
        record.fields["c"] = .date(try #require(FullDate("0000-01-01")))
        record.fields["d"] = .date(try #require(FullDate("9999-12-31")))
        record.fields["e"] = .text(String(repeating: "🎓", count: 4096))
        record.fields["f"] = .boolean(false)
        record.fields["g"] = .list([])
        #expect(try PersonRecord(decodingFromStorage: record.encodedForStorage()) == record)
    }

    @Test("Damaged bytes are refused, and never crash")
    func damaged() {
        let bytes = record.encodedForStorage()
        for count in bytes.indices {
            #expect(throws: DamagedRecord.self) { try PersonRecord(decodingFromStorage: Array(bytes[..<count])) }
        }
        #expect(throws: DamagedRecord.self) { try PersonRecord(decodingFromStorage: bytes + [0]) }
        #expect(throws: DamagedRecord.self) { try PersonRecord(decodingFromStorage: [2] + bytes[1...]) }
        for position in bytes.indices {
            for change: UInt8 in [0x80, 0x01, 0xFF] {
                var damaged = bytes
                damaged[position] ^= change
                _ = try? PersonRecord(decodingFromStorage: damaged)
            }
        }
    }

    @Test(
        "Identifiers are visible ASCII",
        arguments: [("a", true), ("ä", false), ("", false), ("a b", false), ("~!", true)])
    func identifiers(text: String, isGood: Bool) {
        #expect(PersonIdentifier.check(text) == isGood)
        #expect(!PersonIdentifier.check(String(repeating: "a", count: 129)))
    }
}
