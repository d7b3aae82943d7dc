import OAuth

extension MappingReader {
    /// Texts by language, in the order of the file; nil if the setting is not there or no mapping.
    func textsByLanguage(_ name: String, mayBeEmpty: Bool) -> [LocalizedText.Entry]? {
        guard let reader = mapping(name) else { return nil }
        if reader.entries.isEmpty, !mayBeEmpty { reader.fault("texts by language are expected, as {en: …}") }
        var languages: Set<String> = []
        return reader.entries.compactMap { entry in
            guard LanguageTag.check(entry.name) else {
                log.add("a BCP 47 language tag is expected, as en or pt-BR", at: entry.path, line: entry.line)
                return nil
            }
            if !languages.insert(entry.name.lowercased()).inserted {
                log.add("there is a text for \"\(entry.name)\" already", at: entry.path, line: entry.line)
            }
            return reader.text(of: entry).map { .init(language: entry.name, text: $0) }
        }
    }

    /// A text, or texts by language.
    func localizedText(_ name: String) -> LocalizedText? {
        guard let entry = self[name] else { return nil }
        if entry.isScalar { return text(name).map { LocalizedText($0) } }
        return textsByLanguage(name, mayBeEmpty: false).flatMap(LocalizedText.init)
    }
}
