import CredentialIssuer
import OAuth

/// `display` of a claim: texts by language.
enum ClaimDisplaySection {
    static func read(_ reader: MappingReader) -> [ClaimRule.DisplayName] {
        (reader.textsByLanguage("display", mayBeEmpty: true) ?? []).map { .init(locale: $0.language, name: $0.text) }
    }
}
