import CredentialIssuer

/// `display` of the issuer and of credentials: a list with an entry for each language.
enum DisplaySection {
    static func read(_ reader: MappingReader, _ settings: [String]) -> [CredentialDisplay] {
        guard let elements = reader.sequence("display") else { return [] }
        if elements.isEmpty { reader.fault("at least one entry is needed", "display") }
        var locales: Set<String> = []
        return elements.compactMap { element in
            guard let entry = MappingReader(element, log: reader.log) else { return nil }
            entry.allow(settings)
            guard let display = display(entry) else { return nil }
            if !locales.insert(display.locale.lowercased()).inserted {
                entry.fault("there is an entry for \"\(display.locale)\" already", "locale")
            }
            return display
        }
    }

    private static func display(_ entry: MappingReader) -> CredentialDisplay? {
        entry.require("name", "the text to show")
        entry.require("locale", "the language of the text, as en or pt-BR")
        let name = entry.text("name")
        let locale = entry.locale("locale")
        let background = entry.text("background_color", "a colour is expected, as \"#12107c\"", WireSyntax.checkColor)
        let foreground = entry.text("text_color", "a colour is expected, as \"#12107c\"", WireSyntax.checkColor)
        let logo = logo(entry)
        let description = entry.text("description")
        guard let name, let locale else { return nil }
        return CredentialDisplay(
            name: name, locale: locale, description: description, backgroundColor: background,
            textColor: foreground, logoURI: logo)
    }

    private static func logo(_ entry: MappingReader) -> String? {
        guard let logo = entry["logo"] else { return nil }
        guard let text = logo.text, text.utf8.count <= 100_000, WireSyntax.checkLogo(text) else {
            entry.fault("an https: address or a data:image/… URI of at most 100,000 characters is expected", "logo")
            return nil
        }
        return text
    }
}

extension MappingReader {
    /// A text of some syntax; anything else is logged as `message`.
    func text(_ name: String, _ message: String, _ check: (String) -> Bool) -> String? {
        guard let text = text(name) else { return nil }
        guard check(text) else {
            fault(message, name)
            return nil
        }
        return text
    }

    func locale(_ name: String) -> String? {
        text(name, "a BCP 47 language tag is expected, as en or pt-BR", LanguageTag.check)
    }
}
