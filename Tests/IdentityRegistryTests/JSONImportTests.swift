import IdentityRegistry
import RegistryRecords
import Testing
import WireFormats

@Suite("Import of JSON")
struct JSONImportTests {
    @Test("An array of objects becomes records, pictures by file name or data URI")
    func array() throws {
        let outcome = try importJSON(
            """
            [{"id": "1", "name": "Anna", "born": "2001-02-03", "credits": 12, "honours": false,
              "languages": ["a;b", "c"], "portrait": "portraits/anna.jpg"},
             {"id": 2, "name": "Bo", "born": null, "portrait": "data:image/png;base64,iVBORw0KGgoH"}]
            """)
        #expect(outcome.rejections.isEmpty)
        #expect(outcome.records.map(\.id) == ["1", "2"])
        #expect(outcome.records[0].fields["languages"] == .list(["a;b", "c"]))
        #expect(outcome.records[0].fields["honours"] == .boolean(false))
        #expect(
            outcome.records[1].fields == ["name": .text("Bo"), "portrait": .image(try #require(ImageData(file: png)))])
    }

    @Test("One object is an import of one person")
    func object() throws {
        #expect(try importJSON(#" {"id": "1", "name": "Anna"} "#).records.map(\.id) == ["1"])
    }

    @Test("An empty array is an import of nobody")
    func empty() throws {
        #expect(try importJSON("[ ]") == ImportOutcome())
    }

    @Test("Unknown members are left out and told once")
    func unknownMembers() throws {
        let outcome = try importJSON(#"[{"id":"1","name":"A","shoe":1},{"id":"2","name":"B","shoe":2,"hat":3}]"#)
        #expect(outcome.unknownColumns == ["shoe", "hat"])
        #expect(outcome.records.count == 2)
    }

    @Test(
        "A fault rejects its object",
        arguments: [
            (#"{"id":"1"}"#, RejectionReason.field("name", .missing)),
            (#"{"id":"1","name":""}"#, .field("name", .missing)),
            (#"{"id":"1","name":5}"#, .field("name", .notText)),
            (#"{"id":"1","name":"A","born":20010203}"#, .field("born", .notADate)),
            (#"{"id":"1","name":"A","credits":"5"}"#, .field("credits", .notAnInteger)),
            (#"{"id":"1","name":"A","credits":5.0}"#, .field("credits", .notAnInteger)),
            (#"{"id":"1","name":"A","honours":"true"}"#, .field("honours", .notABoolean)),
            (#"{"id":"1","name":"A","languages":"a"}"#, .field("languages", .notAList)),
            (#"{"id":"1","name":"A","languages":["a",1]}"#, .field("languages", .notAList)),
            (#"{"id":"1","name":"A","languages":["a",""]}"#, .field("languages", .emptyListElement)),
            (#"{"id":"1","name":"A","portrait":7}"#, .field("portrait", .notText)),
            (#"{"id":"1","name":"A","portrait":"data:image/gif;base64,AAAA"}"#, .field("portrait", .image(.format))),
            (#"{"id":"1","name":"A","portrait":"data:image/png;base64,/9j/"}"#, .field("portrait", .image(.format))),
            (#"{"id":"1","name":"A","portrait":"data:image/jpeg;base64,_9j_"}"#, .field("portrait", .image(.format))),
        ])
    func oneFault(object: String, reason: RejectionReason) throws {
        let outcome = try importJSON("[\n" + object + "]")
        #expect(outcome.rejections == [rejection(line: 2, index: 1, id: "1", reason)])
    }

    @Test(
        "An element that is no object of a person is rejected alone",
        arguments: [
            (#"{"name":"A"}"#, RejectionReason.missingID), (#"{"id":null,"name":"A"}"#, .missingID),
            (#"{"id":"a b","name":"A"}"#, .malformedID), (#"{"id":true,"name":"A"}"#, .malformedID),
            ("7", .notAnObject), ("[]", .notAnObject), ("{\"id\":\"1\",\n\"name\":}", .malformedJSON(line: 3)),
            (#"{"id":"1","id":"2","name":"A"}"#, .malformedJSON(line: 2)), (#""a" "b""#, .malformedJSON(line: 2)),
        ])
    func badElement(element: String, reason: RejectionReason) throws {
        let outcome = try importJSON("[\n" + element + ",\n{\"id\":\"9\",\"name\":\"Bo\"}]")
        #expect(outcome.rejections == [rejection(line: 2, index: 1, reason)])
        #expect(outcome.records.map(\.id) == ["9"])
    }

    @Test("An identifier may be used once, pictures have a greatest size")
    func duplicateAndLargeImage() throws {
        let large = String(repeating: "A", count: 133_340)
        let outcome = try importJSON(
            #"[{"id":"1","name":"A"},{"id":"1","name":"B"},{"id":"2","name":"C","portrait":"data:image/jpeg;base64,"#
                + large + #""}]"#)
        #expect(
            outcome.rejections == [
                rejection(line: 1, index: 2, id: "1", .duplicateID(firstLine: 1)),
                rejection(line: 1, index: 3, id: "2", .field("portrait", .image(.tooLarge))),
            ])
    }

    @Test(
        "What is no array of values is refused as a whole",
        arguments: [
            ("", 1), ("\n7", 2), ("[1,2", 1), ("[{}\n", 2), ("[{},]", 1), ("[,{}]", 1), ("[{}] x", 1), ("[{} {}]", 1),
            ("{}{}", 1),
        ])
    func malformed(text: String, line: Int) {
        #expect(throws: ImportRefusal.malformedJSON(line: line)) { try importJSON(text) }
    }
}
