import OAuth

extension Visit {
    /// The text in the page's language or the first there is, kept apart from the direction of what is around it.
    func markup(_ text: LocalizedText) -> HTML {
        guard let entry = best(of: text) else { return "" }
        if entry.language.isEmpty || entry.language == language { return "<bdi>\(entry.text)</bdi>" }
        return "<bdi lang=\"\(entry.language)\">\(entry.text)</bdi>"
    }

    func plain(_ text: LocalizedText) -> String { best(of: text)?.text ?? "" }

    private func best(of text: LocalizedText) -> LocalizedText.Entry? {
        // One entry or the very tag is what most texts have; the search by ranges costs more.
        if text.entries.count == 1 { return text.entries.first }
        return text.entries.first { $0.language == language } ?? best(of: text.entries, locale: \.language)
    }

    /// The label in the page's language, else the English one, else any.
    func label(from labels: [String: String], orElse name: String) -> HTML {
        if let own = labels[language] { return "\(own)" }
        let tags = labels.keys.sorted { ($0 == "en" ? 0 : 1, $0) < ($1 == "en" ? 0 : 1, $1) }
        guard let tag = best(of: tags, locale: { $0 }), let text = labels[tag] else { return "<bdi>\(name)</bdi>" }
        return "<bdi lang=\"\(tag)\">\(text)</bdi>"
    }

    /// One of our texts.
    func markup(_ key: String) -> HTML { "\(texts[key])" }

    /// One of our texts with values in it.
    func markup(_ key: String, _ values: [String: String]) -> HTML { "\(texts.text(key, values))" }

    /// One of our texts with numbers in it, which need not be kept apart.
    func markup(_ key: String, _ numbers: [String: Int]) -> HTML { "\(texts.text(key, numbers))" }

    /// An instant in UTC, until a script puts it into the visitor's time zone.
    func markup(_ date: PageDate) -> HTML {
        "<time datetime=\"\(date.machine)\"><bdi>\(date.text)</bdi></time>"
    }
}

extension PageTexts {
    /// A text with `{name}` replaced by numbers.
    func text(_ key: String, _ numbers: [String: Int]) -> String {
        numbers.reduce(self[key]) { $0.replacing("{\($1.key)}", with: String($1.value)) }
    }
}
