import CredentialIssuer
import Testing
import WireFormats

@Suite("Claims descriptions, OpenID4VCI 1.0 Appendix B")
struct ClaimDescriptionTests {
    private let rules = [
        ClaimRule(
            name: "given_name", kind: .text(from: nil), isSelectivelyDisclosable: true, isRequired: true,
            display: [.init(locale: "en", name: "Given name"), .init(locale: "ar", name: "الاسم الأول")]),
        rule("address", .nested([rule("country", .text(from: nil), required: true)])),
        rule("place", .nested([rule("town", .text(from: nil), required: true)]), required: true),
        rule("languages", .array(from: nil, elementsAreSelectivelyDisclosable: true)),
        rule("tags", .array(from: nil, elementsAreSelectivelyDisclosable: false)),
        rule("university", .constant("Northmere")),
    ]

    @Test("Each claim is described with its path; a nested one is mandatory only if what it is in is")
    func descriptions() {
        #expect(
            ClaimRule.descriptions(rules) == [
                [
                    "path": ["given_name"], "mandatory": true,
                    "display": [["name": "Given name", "locale": "en"], ["name": "الاسم الأول", "locale": "ar"]],
                ],
                ["path": ["address"]], ["path": ["address", "country"]],
                ["path": ["place"], "mandatory": true], ["path": ["place", "town"], "mandatory": true],
                ["path": ["languages"]], ["path": ["languages", .null]], ["path": ["tags"]],
                ["path": ["university"], "mandatory": true],
            ])
    }

    @Test("Paths can begin inside of something")
    func prefix() {
        #expect(
            ClaimRule.descriptions([rule("name", .text(from: nil))], under: ["credentialSubject"])
                == [["path": ["credentialSubject", "name"]]])
    }
}
