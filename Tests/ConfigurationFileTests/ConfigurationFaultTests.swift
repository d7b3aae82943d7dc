import ConfigurationFile
import Testing

@Suite("Mistakes in a configuration")
struct ConfigurationFaultTests {
    @Test(
        "A mistake is told with its line, its path and what to do",
        arguments: Mistakes.inClaims + Mistakes.inCredentials + Mistakes.inOthers)
    func oneMistake(mistake: Mistake) {
        #expect(report(changed(mistake.part, mistake.replacement)) == mistake.report)
    }

    @Test("All mistakes are told at once, in the order of the lines")
    func severalMistakes() {
        let yaml = changed("type: date}", "type: dat}").split(separator: "locale: en").joined(separator: "locale: e n")
        #expect(report(yaml).split(separator: "\n").map { $0.prefix(5) } == ["f:2: ", "f:20:"])
    }

    @Test("A field that is declared wrongly is told once, not again by those who use it")
    func noFollowers() {
        #expect(report(changed("birth_date: date", "birth_date: day")).split(separator: "\n").count == 1)
    }

    @Test("Fields, credentials, claims and texts are limited in number and length")
    func limits() {
        let fields = (0..<256).map { "    f\($0): text\n" }.joined()
        #expect(
            report(changed("  fields:\n", "  fields:\n" + fields))
                == "f:4: registry.fields: 1 to 255 fields are expected")
        let claims = (0..<256).map { "      c\($0): {type: text}\n" }.joined()
        #expect(report(changed("      name: {", claims + "      name: {")).contains("1 to 256 claims are expected"))
        let credentials = (0..<100).map { index in
            "  c\(index): {format: dc+sd-jwt, type: t, validity: 1d, claims: {a: {type: text}}}\n"
        }
        #expect(report(valid + credentials.joined()) == "f:11: credentials: 1 to 100 credentials are expected")
        let long = String(repeating: "ä", count: 1025)
        #expect(
            report(changed("name: Northmere", "name: \(long)"))
                == "f:2: issuer.display[0].name: longer than 1024 characters")
        #expect(report(changed("      name: {", "      \(long.prefix(129)): {")).contains("at most 128 characters"))
        let logo = "data:image/png;base64," + String(repeating: "A", count: 100_000)
        #expect(report(changed("locale: en", "locale: en, logo: \"\(logo)\"")).contains("at most 100,000 characters"))
    }

    @Test("No more mistakes are told than anybody reads")
    func manyMistakes() {
        let lines = (0..<300).map { "x\($0): 1\n" }.joined()
        #expect(report(valid + lines).split(separator: "\n").count == 200)
    }

    @Test("Claims are nested five deep and no deeper")
    func depth() {
        func nested(_ levels: Int) -> String {
            levels == 1 ? "{type: text}" : "{type: nested, claims: {a: \(nested(levels - 1))}}"
        }
        #expect(report(changed("{from: birth_date, type: date}", nested(5))).isEmpty)
        #expect(report(changed("{from: birth_date, type: date}", nested(6))).contains("nested deeper than 5 levels"))
    }

    @Test(
        "Names of the credential itself are no claims of dc+sd-jwt",
        arguments: [
            "iss", "nbf", "exp", "iat", "cnf", "vct", "vct#integrity", "aka_vcts", "status", "sub", "_sd", "_sd_alg",
            "...",
        ])
    func reservedNames(name: String) {
        #expect(report(changed("      birth_date: {", "      \(name): {")).contains("is reserved"))
    }

    @Test("Names of a file that is no configuration", arguments: ["", "# nothing\n", "7", "[]", "--- a\n--- b\n"])
    func notAConfiguration(text: String) {
        #expect(report(text).hasPrefix("f:"))
    }

    @Test("Without a name for the file it is called vouchsafe.yaml")
    func description() {
        #expect(throws: ConfigurationFaults.self) { try parse("7") }
        do { _ = try parse("7") } catch { #expect(error.description.hasPrefix("vouchsafe.yaml:1: ")) }
    }
}
