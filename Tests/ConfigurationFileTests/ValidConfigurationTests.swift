import ConfigurationFile
import CredentialFormats
import CredentialIssuer
import RegistryRecords
import Testing

@Suite("A valid configuration")
struct ValidConfigurationTests {
    @Test("Settings that are left out have their defaults")
    func defaults() throws {
        let configuration = try parse(valid)
        #expect(configuration.display == [CredentialDisplay(name: "Northmere", locale: "en")])
        #expect(configuration.offerLifetime == .seconds(600))
        #expect(configuration.transactionCodeLength == 6)
        #expect(configuration.accessTokenLifetime == .seconds(300))
        #expect(configuration.nonceLifetime == .seconds(300))
        #expect(configuration.batchSize == 1)
        #expect(configuration.registry.idField == "id")
        #expect(configuration.registry.listSeparator == ";")
        #expect(configuration.registry["given_name"]?.isRequired == true)
        #expect(configuration.registry["birth_date"] == .init(name: "birth_date", type: .date, isRequired: false))
    }

    @Test("Settings are read")
    func settings() throws {
        let configuration = try parse(
            valid + """
                offers: {lifetime: 1h, tx_code: {length: 4}}
                tokens: {lifetime: 60s}
                nonces: {lifetime: 2m}
                batch_size: 12

                """)
        #expect(configuration.offerLifetime == .seconds(3600))
        #expect(configuration.transactionCodeLength == 4)
        #expect(configuration.accessTokenLifetime == .seconds(60))
        #expect(configuration.nonceLifetime == .seconds(120))
        #expect(configuration.batchSize == 12)
    }

    @Test("Credentials keep the order of the file and have their whole types")
    func credentials() throws {
        let credentials = try parse(valid).credentials
        #expect(credentials.map(\.id) == ["student-id", "student-jwt"])
        #expect(credentials[0].format == .sdJWTVC(vct: "https://issuer.example.org/vct/student-id", decoys: 2))
        #expect(credentials[0].scope == "student_id")
        #expect(credentials[0].validity == .seconds(365 * 86400))
        #expect(credentials[0].isKeyBound)
        #expect(
            credentials[1].format
                == .jwtVCJSON(
                    W3CCredentialType(
                        dataModel: .version2, types: ["VerifiableCredential", "StudentID"],
                        contexts: ["https://www.w3.org/ns/credentials/v2"])))
        #expect(credentials[1].scope == nil)
    }

    @Test("A whole vct stands as it is", arguments: ["urn:eudi:pid:1", "https://types.example.org/a?b=1"])
    func wholeType(type: String) throws {
        let configuration = try parse(changed("type: student-id", "type: \"\(type)\""))
        #expect(configuration.credentials[0].format == .sdJWTVC(vct: type, decoys: 2))
    }

    @Test("Types and contexts of a W3C credential can be several")
    func severalTypes() throws {
        let configuration = try parse(
            changed(
                "type: StudentID\n    data_model: \"2.0\"",
                "type: [StudentID, LibraryCard]\n    contexts: [https://example.org/c1]\n    key_binding: false"))
        #expect(!configuration.credentials[1].isKeyBound)
        #expect(
            configuration.credentials[1].format
                == .jwtVCJSON(
                    W3CCredentialType(
                        dataModel: .version1, types: ["VerifiableCredential", "StudentID", "LibraryCard"],
                        contexts: ["https://www.w3.org/2018/credentials/v1", "https://example.org/c1"])))
    }

    @Test("Every type of claim is read")
    func claims() throws {
        let claims = """
            given_name: {from: given_name, type: text, disclosable: true, required: true, display: {en: Name, ar: الاسم}}
                  born: {from: birth_date, type: text}
                  birth_date: {from: birth_date, type: date}
                  credits: {from: credits, type: integer}
                  honours: {from: honours, type: boolean}
                  portrait: {from: portrait, type: image}
                  pushed: {type: text}
                  languages: {from: languages, type: array, elements_disclosable: true}
                  university: {type: constant, value: Northmere}
                  card: {type: nested, required: true, claims: {number: {type: constant, value: "1"}}}
            """
        let rules = try parse(
            changed(
                "given_name: {from: given_name, type: text}",
                claims + "\n     "
                    + " other: {type: text}"
            ).split(separator: "      birth_date: {from: birth_date, type: date}\n  student-jwt")
                .joined(separator: "  student-jwt")
        ).credentials[0].claims
        #expect(
            rules == [
                ClaimRule(
                    name: "given_name", kind: .text(from: "given_name"), isSelectivelyDisclosable: true,
                    isRequired: true,
                    display: [.init(locale: "en", name: "Name"), .init(locale: "ar", name: "الاسم")]),
                optional("born", .text(from: "birth_date")), optional("birth_date", .date(from: "birth_date")),
                optional("credits", .integer(from: "credits")), optional("honours", .boolean(from: "honours")),
                optional("portrait", .image(from: "portrait")), optional("pushed", .text(from: nil)),
                optional("languages", .array(from: "languages", elementsAreSelectivelyDisclosable: true)),
                constant("university", "Northmere"),
                ClaimRule(
                    name: "card", kind: .nested([constant("number", "1")]), isSelectivelyDisclosable: false,
                    isRequired: true),
                optional("other", .text(from: nil)),
            ])
    }

    private func optional(_ name: String, _ kind: ClaimRule.Kind) -> ClaimRule {
        ClaimRule(name: name, kind: kind, isSelectivelyDisclosable: false, isRequired: false)
    }

    private func constant(_ name: String, _ text: String) -> ClaimRule {
        ClaimRule(name: name, kind: .constant(text), isSelectivelyDisclosable: false, isRequired: true)
    }

    @Test(
        "Language tags are well-formed or refused",
        arguments: [
            ("en", true), ("pt-BR", true), ("zh-Hant-TW", true), ("es-419", true), ("no", true), ("x-private", true),
            ("de-CH-1996", true), ("en-u-ca-gregory", true), ("sl-rozaj-biske", true), ("zh-cmn-Hans-CN", true),
            ("e", false), ("en_US", false), ("en-", false), ("123", false), ("en-US-GB", false), ("en-a", false),
            ("de-1996-1996", false), ("en-a-bb-a-cc", false), ("x", false), ("englishlanguage", false), ("عر", false),
        ])
    func languageTags(tag: String, isGood: Bool) {
        #expect(report(changed("locale: en", "locale: \"\(tag)\"")).isEmpty == isGood)
    }
}
