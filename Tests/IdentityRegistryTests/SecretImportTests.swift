import IdentityRegistry
import RegistryRecords
import Testing
import WireFormats

@Suite("Columns of passwords and PINs")
struct SecretImportTests {
    private static let columns = SecretColumns(password: "password", pin: "pin")
    private static let hash = "$scrypt$ln=15,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

    private func read(
        _ text: String, _ format: RegistryImport.Format, schema: RegistrySchema = schema
    ) throws -> ImportOutcome {
        try RegistryImport(schema: schema, secretColumns: Self.columns, imageFile: sampleImage)
            .read(Array(text.utf8), as: format)
    }

    @Test("They are told apart from the record, in CSV and in JSON")
    func separated() throws {
        let csv = try read("id,name,password,pin\n1,Anna,correct horse,0123\n2,Ben,,\n3,Cem,\(csvQuoted),\n", .csv)
        let json = try read(
            #"[{"id":"1","name":"Anna","password":"correct horse","pin":"0123"},"#
                + #"{"id":"2","name":"Ben","password":null,"pin":""},{"id":"3","name":"Cem","password":"\#(Self.hash)"}]"#,
            .json)
        for outcome in [csv, json] {
            #expect(outcome.rejections == [])
            #expect(outcome.unknownColumns == [])
            #expect(outcome.records.map(\.fields) == ["Anna", "Ben", "Cem"].map { ["name": .text($0)] })
            #expect(
                outcome.secrets == [
                    ImportedSecrets(
                        person: "1", secrets: [.password: .plain("correct horse"), .pin: .plain("0123")]),
                    ImportedSecrets(person: "3", secrets: [.password: .hash(try #require(ScryptHash(Self.hash)))]),
                ])
        }
    }

    private var csvQuoted: String { "\"\(Self.hash)\"" }

    @Test("A schema that names such a column as a field does not get it into the record")
    func neverInRecord() throws {
        let schema = RegistrySchema(
            idField: "id", fields: [.init(name: "password", type: .text, isRequired: true)])
        let outcome = try read("id,password\n1,correct horse\n", .csv, schema: schema)
        #expect(outcome.records.map(\.fields) == [[:]])
        #expect(outcome.secrets.count == 1)
    }

    @Test(
        "One fault: the row is refused, and the reason does not repeat the secret",
        arguments: [
            ("password", #""short""#, FieldFault.secret(.tooShort(minimum: 8))),
            ("pin", #""12""#, .secret(.tooShort(minimum: 4))), ("pin", #""12x4""#, .secret(.notDigits)),
            ("pin", "1234", .notText), ("password", #""$scrypt$nonsense""#, .secret(.malformedHash)),
            ("password", "\"\(hash.replacing("ln=15", with: "ln=11"))\"", .secret(.malformedHash)),
            ("pin", "\"\(hash.replacing("p=1", with: "p=1,keyid=1"))\"", .secret(.malformedHash)),
        ])
    func oneFault(column: String, value: String, fault: FieldFault) throws {
        let outcome = try read(#"{"id":"1","name":"Anna","\#(column)":\#(value)}"#, .json)
        #expect(outcome.records == [])
        #expect(outcome.secrets == [])
        #expect(outcome.rejections == [rejection(line: 1, index: 1, id: "1", .field(column, fault))])
        let told = outcome.rejections.map(\.description).joined()
        #expect(!told.contains("short\"") && !told.contains("12x4") && !told.contains("AAECAw"))
    }

    @Test("In CSV, a secret that is not UTF-8 is refused, and a second column of that name too")
    func csvFaults() throws {
        let bytes = Array("id,name,pin\n1,Anna,".utf8) + [0xFF, 0x0A]
        let outcome = try RegistryImport(schema: schema, secretColumns: Self.columns, imageFile: sampleImage)
            .read(bytes, as: .csv)
        #expect(outcome.rejections == [rejection(line: 2, index: 1, id: "1", .field("pin", .invalidUTF8))])
        #expect(throws: ImportRefusal.duplicateColumn("pin")) { try read("id,name,pin,pin\n", .csv) }
    }

    @Test("Without such columns in the configuration they are columns that nobody knows")
    func notConfigured() throws {
        let outcome = try importCSV("id,name,password\n1,Anna,correct horse\n")
        #expect(outcome.unknownColumns == ["password"])
        #expect(outcome.secrets == [])
        #expect(outcome.records.map(\.fields) == [["name": .text("Anna")]])
    }

    @Test("What was read can be sent on as JSON and is read the same")
    func members() throws {
        let outcome = try read("id,name,password,pin\n1,Anna,\(csvQuoted),0123\n", .csv)
        var object = try #require(outcome.records.first?.json(schema).object)
        for member in outcome.secrets.flatMap({ $0.members(Self.columns) }) { object[member.name] = member.value }
        let again = try read(JSON.object(object).description, .json)
        #expect(again == outcome)
        #expect(outcome.secrets.description == "[ImportedSecrets(redacted)]")
    }
}
