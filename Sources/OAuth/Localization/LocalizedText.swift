/// A text for people in several languages.
package struct LocalizedText: Sendable, Equatable {
    /// By BCP 47 tag, the default first. Never empty.
    package let entries: [Entry]

    package struct Entry: Sendable, Equatable {
        package let language: String
        package let text: String

        package init(language: String, text: String) {
            (self.language, self.text) = (language, text)
        }
    }

    /// Nil if there is no entry.
    package init?(_ entries: [Entry]) {
        guard !entries.isEmpty else { return nil }
        self.entries = entries
    }

    /// One text, in a language that is not known if `language` is empty.
    package init(_ text: String, language: String = "") {
        entries = [Entry(language: language, text: text)]
    }
}
