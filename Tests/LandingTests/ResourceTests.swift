import Foundation
import Testing
import WireFormats

@testable import WebServer

@Suite("Resource files")
struct ResourceTests {
    private func texts() throws -> [PageTexts] {
        try LandingResources.files(in: "locales", withExtension: "json").map {
            try PageTexts(language: $0.name, file: $0.bytes)
        }
    }

    @Test("Every language has every text, and none that is empty")
    func sameKeys() throws {
        let all = try texts()
        let english = try #require(all.first { $0.language == "en" })
        #expect(all.count >= 2)
        for language in all {
            #expect(language.keys == english.keys, "\(language.language)")
            #expect(language.texts.allSatisfy { !$0.value.isEmpty })
            #expect(["ltr", "rtl"].contains(language.direction))
        }
    }

    @Test("Translations have the placeholders of the English text")
    func samePlaceholders() throws {
        let all = try texts()
        let english = try #require(all.first { $0.language == "en" })
        for language in all {
            for (key, text) in english.texts {
                #expect(placeholders(text) == placeholders(language[key]), "\(language.language) \(key)")
            }
        }
    }

    private func placeholders(_ text: String) -> Set<Substring> {
        Set(text.matches(of: /\{[a-z]+\}/).map(\.output))
    }

    @Test("Every text that a template shows is there")
    func templateKeys() throws {
        let keys = try #require(try texts().first { $0.language == "en" }).keys
        for (name, bytes) in try LandingResources.files(in: "templates", withExtension: "mustache") {
            for match in String(decoding: bytes, as: UTF8.self).matches(of: /\{\{t\.([a-z_0-9]+)\}\}/) {
                #expect(keys.contains(String(match.output.1)), "\(name)")
            }
        }
    }

    @Test("Templates have nothing unescaped")
    func noUnescapedVariables() throws {
        for (name, bytes) in try LandingResources.files(in: "templates", withExtension: "mustache") {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
        }
    }

    @Test("Every status and problem has its texts")
    func statesAndProblems() throws {
        let keys = try #require(try texts().first { $0.language == "en" }).keys
        for step in OfferStatus.Step.allCases {
            #expect(keys.contains("status_" + step.rawValue.replacing("-", with: "_")))
        }
        for problem in PageProblem.allCases {
            #expect(keys.isSuperset(of: ["problem_" + problem.rawValue, "problem_\(problem.rawValue)_text"]))
        }
    }

    @Test("A text that a language lacks is the English one")
    func fallback() throws {
        let english = try PageTexts(language: "en", file: Array(#"{"a": "A", "b": "B"}"#.utf8))
        let other = try PageTexts(language: "xx", file: Array(#"{"a": "Ä"}"#.utf8))
        let languages = try PageLanguages([english, other])
        #expect(languages.all[1]["a"] == "Ä")
        #expect(languages.all[1]["b"] == "B")
        #expect(throws: LandingResources.Fault.missing("locales/en.json")) { try PageLanguages([other]) }
        #expect(throws: LandingResources.Fault.malformedTexts("xx")) {
            try PageTexts(language: "xx", file: Array(#"{"a": 1}"#.utf8))
        }
    }
}
