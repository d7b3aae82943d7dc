import CredentialFormats
import CredentialIssuer
import RegistryRecords
import Testing
import WireFormats

let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 0xFE, 0xFB]
let jpegURI = "data:image/jpeg;base64,/9j/4AECA/77"

func rule(
    _ name: String, _ kind: ClaimRule.Kind, required isRequired: Bool = false, disclosable: Bool = false
) -> ClaimRule {
    ClaimRule(name: name, kind: kind, isSelectivelyDisclosable: disclosable, isRequired: isRequired)
}

func refusal(_ problems: (String, ClaimRefusal.Fault)...) -> ClaimRefusal {
    ClaimRefusal(problems: problems.map { .init(path: $0.0, fault: $0.1) })
}

@Suite("Claims from a person's record")
struct RecordedClaimTests {
    private let record = PersonRecord(
        id: "1",
        fields: [
            "name": .text("Anna"), "born": FullDate("2001-02-03").map { .date($0) } ?? .text("?"),
            "credits": .integer(12), "honours": .boolean(true), "languages": .list(["en", "ar"]),
            "portrait": ImageData(file: jpeg).map { .image($0) } ?? .text("?"), "street": .text("Quay 1"),
        ])

    @Test("Every type of rule makes its claim, in the rules' order")
    func everyType() throws {
        let tree = try ClaimMapping.claims(
            from: record,
            rules: [
                rule("portrait", .image(from: "portrait")), rule("name", .text(from: "name"), disclosable: true),
                rule("birth_date", .date(from: "born")), rule("credits", .integer(from: "credits")),
                rule("honours", .boolean(from: "honours")),
                rule("languages", .array(from: "languages", elementsAreSelectivelyDisclosable: true)),
                rule("university", .constant("Northmere")),
                rule("address", .nested([rule("street_address", .text(from: "street"), disclosable: true)])),
            ])
        #expect(
            tree
                == ClaimTree([
                    Claim("portrait", .json(.string(jpegURI))),
                    Claim("name", .json("Anna"), isSelectivelyDisclosable: true),
                    Claim("birth_date", .json("2001-02-03")), Claim("credits", .json(12)),
                    Claim("honours", .json(true)),
                    Claim(
                        "languages",
                        .array([
                            .init(.json("en"), isSelectivelyDisclosable: true),
                            .init(.json("ar"), isSelectivelyDisclosable: true),
                        ])),
                    Claim("university", .json("Northmere")),
                    Claim(
                        "address",
                        .nested(ClaimTree([Claim("street_address", .json("Quay 1"), isSelectivelyDisclosable: true)]))),
                ]))
    }

    @Test("A text is made from a date or a number too")
    func textFromOthers() throws {
        let tree = try ClaimMapping.claims(
            from: record, rules: [rule("a", .text(from: "born")), rule("b", .text(from: "credits"))])
        #expect(tree.object == ["a": "2001-02-03", "b": "12"])
    }

    @Test("What the record lacks is left out, and so is a nested claim with only constants left")
    func leftOut() throws {
        let tree = try ClaimMapping.claims(
            from: PersonRecord(id: "1", fields: [:]),
            rules: [
                rule("name", .text(from: "name")), rule("pushed", .text(from: nil)),
                rule(
                    "address",
                    .nested([
                        rule("street", .text(from: "street"), required: true), rule("country", .constant("XN")),
                        rule("inner", .nested([rule("x", .text(from: "x"))])),
                    ])),
                rule("issuer", .nested([rule("name", .constant("Northmere"))])),
            ])
        #expect(tree.object == ["issuer": ["name": "Northmere"]])
    }

    @Test("All missing and mistyped claims are told by path")
    func problems() {
        let error = refusal(
            ("name", .otherTypeInRecord), ("address.born", .otherTypeInRecord),
            ("address.country", .missing), ("shoe", .missing), ("card", .missing))
        #expect(throws: error) {
            try ClaimMapping.claims(
                from: record,
                rules: [
                    rule("shoe", .text(from: "shoe"), required: true),
                    rule("name", .integer(from: "name"), required: true),
                    rule(
                        "address",
                        .nested([
                            rule("street", .text(from: "street")), rule("born", .image(from: "born")),
                            rule("country", .text(from: "country"), required: true),
                        ]), required: true),
                    rule("card", .nested([rule("number", .text(from: "none"))]), required: true),
                ])
        }
        #expect(!error.description.contains("Quay"))
    }

    @Test("Ten claims are made in microseconds")
    func speed() throws {
        let rules = (0..<10).map { rule("claim\($0)", .text(from: ["name", "born", "credits", "street"][$0 % 4])) }
        let clock = ContinuousClock()
        let duration = try clock.measure {
            for _ in 0..<1000 { _ = try ClaimMapping.claims(from: record, rules: rules) }
        }
        print("ten claims:", duration / 1000)
        // Far above what is expected, for busy machines and debug builds.
        #expect(duration < .seconds(2))
    }
}
