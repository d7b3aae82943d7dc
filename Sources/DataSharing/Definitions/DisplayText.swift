package import WireFormats

/// A name for people in one language, with a description.
package struct DisplayText: Hashable, Sendable {
    /// A BCP 47 tag.
    package let locale: String
    package let name: String
    package let description: String?

    package init(locale: String, name: String, description: String? = nil) {
        self.locale = locale
        self.name = name
        self.description = description
    }

    package var json: JSON {
        var object: JSONObject = ["locale": .string(locale), "name": .string(name)]
        object["description"] = description.map(JSON.string)
        return .object(object)
    }
}

extension [DisplayText] {
    package static var maximumLanguages: Int { 40 }

    package var json: JSON { .array(map(\.json)) }

    /// The text for the first of `languages` (BCP 47 tags, the most wanted first) that there is, by the whole tag, then
    /// by its language alone; else the first text. Nil if there is none at all.
    package func text(for languages: [String]) -> DisplayText? {
        for wanted in languages {
            let wanted = wanted.lowercased()
            if let exact = first(where: { $0.locale.lowercased() == wanted }) { return exact }
            let primary = wanted.prefix { $0 != "-" }
            if let near = first(where: { $0.locale.lowercased().prefix { $0 != "-" } == primary }) { return near }
        }
        return first
    }

    /// Reads a list of texts.
    static func read(_ json: JSON?, at path: ValuePath, hasDescription: Bool) -> Result<[DisplayText], PathProblems> {
        guard let json else { return .success([]) }
        guard let elements = json.array, elements.count <= maximumLanguages else {
            return .failure(PathProblems(path.text, "a list of at most \(maximumLanguages) objects is expected"))
        }
        var problems: [PathProblem] = []
        var texts: [DisplayText] = []
        for (index, element) in elements.enumerated() {
            let place = path.element(index)
            guard let object = element.object else {
                problems.append(place.problem("an object with locale and name is expected"))
                continue
            }
            var reader = DocumentReader(
                object, at: place, known: hasDescription ? ["locale", "name", "description"] : ["locale", "name"])
            let locale = reader.required("locale", "a language tag is expected", LanguageTagForm.read)
            let name = reader.shownText("name", upTo: 100, isRequired: true)
            let description =
                hasDescription ? reader.shownText("description", upTo: 1000, isRequired: false) : nil
            if let locale, texts.contains(where: { $0.locale.lowercased() == locale.lowercased() }) {
                reader.add("locale", "there is a text in this language already")
            }
            problems += reader.problems
            if let locale, let name {
                texts.append(DisplayText(locale: locale, name: name, description: description))
            }
        }
        return PathProblems(problems).map(Result.failure) ?? .success(texts)
    }
}

/// The form of a BCP 47 tag, RFC 5646 §2.1: subtags of up to 8 letters and digits.
private enum LanguageTagForm {
    static func read(_ value: JSON) -> String? {
        guard let text = value.string, (2...35).contains(text.utf8.count) else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let primary = parts.first, (2...8).contains(primary.count), primary.allSatisfy(isLetter),
            parts.dropFirst().allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) } }
            )
        else { return nil }
        return text
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
