import CredentialFormats
import CredentialIssuer
import Testing
import WireFormats

@Suite("Claims pushed with an offer")
struct PushedClaimTests {
    private let rules = [
        rule("name", .text(from: "name"), required: true, disclosable: true), rule("credits", .integer(from: nil)),
        rule("honours", .boolean(from: nil)), rule("born", .date(from: nil)), rule("portrait", .image(from: nil)),
        rule("languages", .array(from: nil, elementsAreSelectivelyDisclosable: true)),
        rule("university", .constant("Northmere")),
        rule(
            "address",
            .nested([rule("country", .text(from: nil), required: true), rule("street", .text(from: nil))])),
        rule("issuer", .nested([rule("name", .constant("Northmere"))])),
    ]

    private func claims(_ text: String) throws -> ClaimTree {
        let object = try #require(try JSON(parsing: Array(text.utf8)).object)
        return try ClaimMapping.claims(pushed: object, rules: rules)
    }

    @Test("Values of the right types become claims, with constants beside them")
    func everyType() throws {
        let tree = try claims(
            #"{"address":{"country":"XN"},"name":"Anna","credits":-3,"honours":false,"born":"2001-02-03","#
                + #""portrait":"\#(jpegURI)","languages":["en","ar"],"university":"Northmere"}"#)
        #expect(
            tree.claims.map(\.name) == [
                "name", "credits", "honours", "born", "portrait", "languages", "university", "address", "issuer",
            ])
        #expect(tree.claims[0].isSelectivelyDisclosable)
        #expect(tree.claims[5].value.json == ["en", "ar"])
        #expect(tree.object["address"] == ["country": "XN"])
        #expect(tree.object["portrait"] == .string(jpegURI))
    }

    @Test("Optional claims may be left out")
    func leastClaims() throws {
        #expect(
            try claims(#"{"name":"Anna"}"#).object
                == ["name": "Anna", "university": "Northmere", "issuer": ["name": "Northmere"]])
    }

    @Test(
        "What is wrong with a value is told by its path",
        arguments: [
            (#"{}"#, "name", ClaimRefusal.Fault.missing), (#"{"name":5}"#, "name", .notText),
            (#"{"name":null}"#, "name", .notText), (#"{"name":""}"#, "name", .empty),
            (#"{"name":"a\u0000"}"#, "name", .controlCharacter),
            (#"{"name":"\#(String(repeating: "ä", count: 4097))"}"#, "name", .tooLong),
            (#"{"name":"A","credits":"5"}"#, "credits", .notAnInteger),
            (#"{"name":"A","credits":1.5}"#, "credits", .notAnInteger),
            (#"{"name":"A","honours":"true"}"#, "honours", .notABoolean),
            (#"{"name":"A","born":"2001-02-29"}"#, "born", .notADate),
            (#"{"name":"A","portrait":"anna.jpg"}"#, "portrait", .notAnImage),
            (#"{"name":"A","portrait":9}"#, "portrait", .notAnImage),
            (#"{"name":"A","portrait":"data:image/png;base64,/9j/4A=="}"#, "portrait", .notAnImage),
            (#"{"name":"A","portrait":"data:image/jpeg;base64,_9j_"}"#, "portrait", .notAnImage),
            (
                #"{"name":"A","portrait":"data:image/jpeg;base64,\#(String(repeating: "A", count: 133_340))"}"#,
                "portrait", .imageTooLarge
            ),
            (#"{"name":"A","languages":"en"}"#, "languages", .notAnArray),
            (#"{"name":"A","languages":[]}"#, "languages", .empty),
            (#"{"name":"A","languages":["en",7]}"#, "languages[1]", .notText),
            (
                #"{"name":"A","languages":[\#(Array(repeating: #""x""#, count: 257).joined(separator: ","))]}"#,
                "languages", .tooManyElements
            ),
            (#"{"name":"A","university":"Other"}"#, "university", .notTheConstant),
            (#"{"name":"A","issuer":{"name":"Other"}}"#, "issuer.name", .notTheConstant),
            (#"{"name":"A","address":"Quay"}"#, "address", .notAnObject),
            (#"{"name":"A","address":{"street":"Quay"}}"#, "address.country", .missing),
            (#"{"name":"A","address":{"country":"XN","zip":"1"}}"#, "address.zip", .unknown),
            (#"{"name":"A","address":{"zip":"1"}}"#, "address.zip", .unknown),
            (#"{"name":"A","nmae":"B"}"#, "nmae", .unknown),
        ])
    func oneFault(text: String, path: String, fault: ClaimRefusal.Fault) {
        let error = refusal((path, fault))
        #expect(throws: error) { try claims(text) }
        #expect(error.description.hasPrefix(path + ": "))
    }

    @Test("All faults are told at once; names from outside are kept short and on one line")
    func severalFaults() {
        let name = "line\\n" + String(repeating: "x", count: 100)
        #expect(
            throws: refusal(
                ("credits", .notAnInteger), ("line\u{FFFD}" + String(repeating: "x", count: 59), .unknown),
                ("name", .missing))
        ) {
            try claims(#"{"credits":"1","\#(name)":1}"#)
        }
    }
}
