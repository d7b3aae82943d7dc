import IdentityRegistry
import RegistryRecords
import Testing

@Suite("Import of CSV, RFC 4180")
struct CSVImportTests {
    @Test("A row with every type becomes a record")
    func everyType() throws {
        let outcome = try importCSV(
            "id,name,born,credits,honours,languages,portrait\n"
                + "1001,Anna,2001-02-03,-12,true,en; ar;日本語,portraits/anna.jpg\n")
        let image = try #require(ImageData(file: jpeg))
        #expect(outcome.rejections.isEmpty)
        #expect(
            outcome.records == [
                PersonRecord(
                    id: "1001",
                    fields: [
                        "name": .text("Anna"), "born": .date(try #require(FullDate("2001-02-03"))),
                        "credits": .integer(-12), "honours": .boolean(true),
                        "languages": .list(["en", "ar", "日本語"]), "portrait": .image(image),
                    ])
            ])
    }

    @Test(
        "Line ends, a byte order mark, blank lines and a missing last line end make no difference",
        arguments: [
            "id,name\r\n1,Anna\r\n2,Bo\r\n", "id,name\n1,Anna\n2,Bo", "\u{FEFF}id,name\n\n1,Anna\n\n2,Bo\n\n",
            "\"id\",\"name\"\r\n\"1\",\"Anna\"\r\n\"2\",\"Bo\"",
        ])
    func lineEnds(text: String) throws {
        let outcome = try importCSV(text)
        #expect(outcome.rejections.isEmpty)
        #expect(outcome.records.map(\.id) == ["1", "2"])
        #expect(outcome.records.map(\.fields) == [["name": .text("Anna")], ["name": .text("Bo")]])
    }

    @Test("Quotes keep commas, line breaks and quotation marks; lines are counted through them")
    func quotes() throws {
        let outcome = try importCSV("id,name\n1,\"a, \"\"b\"\"\r\nc\"\n2,\n3,\"\"\"\"\n")
        #expect(outcome.records.map(\.fields) == [["name": .text("a, \"b\"\r\nc")], ["name": .text("\"")]])
        #expect(outcome.rejections == [rejection(line: 4, index: 2, id: "2", .field("name", .missing))])
    }

    @Test("Each fault of a row is told with the line where the row begins")
    func severalFaults() throws {
        let outcome = try importCSV(
            "id,name,born,credits,honours\n\"a b\",,2001-02-30,+5,maybe\n7,\"two\nlines\",2001-02-28,5,no\n,x,,,\n")
        #expect(
            outcome.rejections == [
                rejection(
                    line: 2, index: 1, .malformedID, .field("name", .missing), .field("born", .notADate),
                    .field("credits", .notAnInteger), .field("honours", .notABoolean)),
                rejection(line: 5, index: 3, .missingID),
            ])
        #expect(outcome.records.map(\.id) == ["7"])
    }

    @Test(
        "A fault of one field rejects the row",
        arguments: [
            ("1,Anna,,,,note.txt", RejectionReason.field("portrait", .image(.format))),
            ("1,Anna,,,,large.jpg", .field("portrait", .image(.tooLarge))),
            ("1,Anna,,,,nobody.jpg", .field("portrait", .image(.unreadable))),
            ("1,Anna,,,,/etc/passwd", .field("portrait", .image(.name))),
            ("1,Anna,,,,../anna.jpg", .field("portrait", .image(.name))),
            ("1,Anna,,,,portraits//anna.jpg", .field("portrait", .image(.name))),
            ("1,Anna,,,,.hidden", .field("portrait", .image(.name))),
            ("1,Anna,,,,a\\b.jpg", .field("portrait", .image(.name))),
            ("1,Anna,,,a;;b,", .field("languages", .emptyListElement)),
            ("1,Anna,,,\(String(repeating: "a;", count: 256))a,", .field("languages", .tooManyElements(maximum: 256))),
            ("1,An\u{7}na,,,,", .field("name", .controlCharacter)),
            ("1,\(String(repeating: "ä", count: 4097)),,,,", .field("name", .tooLong(maximum: 4096))),
            ("1,Anna,20010203,,,", .field("born", .notADate)),
            ("1,Anna,,9223372036854775808,,", .field("credits", .notAnInteger)),
            ("1,Anna,,", .columnCount(expected: 6, found: 4)),
            ("1,Anna,,,,,", .columnCount(expected: 6, found: 7)),
            ("1,An\"na,,,,", .strayQuote(column: "name")),
            ("1,\"An\"na,,,,", .strayQuote(column: "name")),
            ("1,\"Anna,,,,", .unterminatedQuote(column: "name")),
        ])
    func oneFault(row: String, reason: RejectionReason) throws {
        let outcome = try importCSV("id,name,born,credits,languages,portrait\n" + row)
        #expect(outcome.rejections == [rejection(line: 2, index: 1, id: "1", reason)])
        #expect(outcome.records.isEmpty)
        #expect(!outcome.rejections[0].description.contains("Anna"))
    }

    @Test("A text of the greatest length is imported")
    func longestText() throws {
        #expect(try importCSV("id,name\n1,\(String(repeating: "ä", count: 4096))").records.count == 1)
    }

    @Test("Reading is in step again on the line after a stray quotation mark")
    func resynchronises() throws {
        let outcome = try importCSV("id,name\n1,\"An\"na\n2,Bo\n")
        #expect(outcome.records.map(\.id) == ["2"])
        #expect(outcome.rejections.map(\.line) == [2])
    }

    @Test("Invalid UTF-8 rejects its row alone")
    func invalidUTF8() throws {
        let file = Array("id,name\n1,A".utf8) + [0xC3, 0x28] + Array("\n2,Bo\n".utf8)
        let outcome = try RegistryImport(schema: schema, imageFile: sampleImage).read(file, as: .csv)
        #expect(outcome.rejections == [rejection(line: 2, index: 1, id: "1", .field("name", .invalidUTF8))])
        #expect(outcome.records.map(\.id) == ["2"])
    }

    @Test("The second row of an identifier is rejected")
    func duplicateID() throws {
        let outcome = try importCSV("id,name\n1,Anna\n2,Bo\n1,Cleo\n")
        #expect(outcome.records.map(\.id) == ["1", "2"])
        #expect(outcome.rejections == [rejection(line: 4, index: 3, id: "1", .duplicateID(firstLine: 2))])
    }

    @Test("Unknown columns are left out and told once")
    func unknownColumns() throws {
        let outcome = try importCSV("id,Name,name,shoe\n1,x,Anna,42\n2,x,Bo,43")
        #expect(outcome.unknownColumns == ["Name", "shoe"])
        #expect(outcome.records.map(\.fields) == [["name": .text("Anna")], ["name": .text("Bo")]])
    }

    @Test(
        "A file whose header is wrong is refused as a whole",
        arguments: [
            ("", ImportRefusal.empty), ("\n\n", .empty), ("name\nAnna", .missingColumns(["id"])),
            ("Id,born\n1,", .missingColumns(["id", "name"])), ("id,name,name\n", .duplicateColumn("name")),
            ("id,na\"me\n", .malformedHeader(line: 1)), ("id,\"name\n1,Anna", .malformedHeader(line: 1)),
        ])
    func header(text: String, refusal: ImportRefusal) {
        #expect(throws: refusal) { try importCSV(text) }
        #expect(!refusal.description.isEmpty)
    }

    @Test("UTF-16 is refused with advice")
    func utf16() {
        let file: [UInt8] = [0xFF, 0xFE, 0x69, 0]
        #expect(throws: ImportRefusal.notUTF8) {
            try RegistryImport(schema: schema, imageFile: sampleImage).read(file, as: .csv)
        }
    }

    @Test("Size, rows and columns are limited")
    func limits() {
        let limits = ImportLimits(bytes: 40, columns: 3, rows: 2)
        #expect(throws: ImportRefusal.tooLarge(maximumBytes: 40)) {
            try importCSV("id,name\n" + String(repeating: "1,a\n", count: 20), limits: limits)
        }
        #expect(throws: ImportRefusal.tooManyRows(maximum: 2)) {
            try importCSV("id,name\n1,a\n2,b\n3,c\n", limits: limits)
        }
        #expect(throws: ImportRefusal.tooManyColumns(maximum: 3)) { try importCSV("id,name,a,b\n", limits: limits) }
    }

    @Test("A header alone is an import of nobody")
    func headerOnly() throws {
        #expect(try importCSV("id,name\n") == ImportOutcome())
    }
}

func rejection(line: Int, index: Int, id: String? = nil, _ reasons: RejectionReason...) -> RowRejection {
    RowRejection(line: line, index: index, id: id, reasons: reasons)
}
