import ConfigurationFile
import Foundation
import Testing

@Suite("The documentation of the configuration")
struct DocumentationTests {
    private func text() throws -> String {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/configuration.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func examples() throws -> [String] {
        try text().split(separator: "```yaml\n").dropFirst()
            .map { String($0.prefix(upTo: try #require($0.firstRange(of: "```\n")).lowerBound)) }
    }

    /// What the examples need around them.
    private static let sections = [
        "issuer: {display: [{name: Northmere, locale: en}]}",
        "registry: {fields: {given_name: text, birth_date: date, email: text, street: text, town: text}}",
        "authorization_server: {claims: {given_name: {from: given_name, scope: profile}}}",
        "login: {methods: {knowledge: {fields: {given_name: {}, birth_date: {}}}}}",
    ]

    @Test("Its examples have no mistakes")
    func examplesParse() throws {
        let examples = try examples()
        #expect(examples.count == 8)
        for example in examples {
            let others = Self.sections.filter { section in
                !example.contains(section.prefix { $0 != ":" } + ":\n")
            }
            let yaml = (others + [example]).joined(separator: "\n")
            #expect(throws: Never.self) {
                try IssuerConfiguration(parsing: yaml, publicURL: "http://localhost:8080")
            }
        }
    }

    @Test("Every section and setting of the full configuration is in it")
    func complete() throws {
        let text = try text()
        let names = full.matches(of: /(?:^|[{ ])([a-z_]+):(?: |\n)/).map { String($0.output.1) }
        let ownNames: Set = [
            "given_name", "birth_date", "credits", "honours", "portrait", "email", "phone", "street", "address", "card",
            "street_address", "en", "fr", "name",
        ]
        for name in Set(names).subtracting(ownNames) {
            #expect(text.contains(name), "\(name)")
        }
        #expect(names.count > 100)
    }
}
