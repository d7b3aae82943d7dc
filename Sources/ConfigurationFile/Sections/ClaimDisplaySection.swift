import CredentialIssuer

/// `display` of a claim: texts by language.
enum ClaimDisplaySection {
    static func read(_ reader: MappingReader) -> [ClaimRule.DisplayName] {
        guard let display = reader.mapping("display") else { return [] }
        var locales: Set<String> = []
        return display.entries.compactMap { entry in
            guard LanguageTag.check(entry.name) else {
                display.log.add(
                    "a BCP 47 language tag is expected, as en or pt-BR", at: entry.path, line: entry.line)
                return nil
            }
            if !locales.insert(entry.name.lowercased()).inserted {
                display.log.add("there is a text for \"\(entry.name)\" already", at: entry.path, line: entry.line)
            }
            return display.text(of: entry).map { .init(locale: entry.name, name: $0) }
        }
    }
}
