import WireFormats

/// What pages say in one language: a file of `Resources/locales`, named by the language's tag.
struct PageTexts: Sendable {
    /// BCP 47.
    let language: String
    private(set) var texts: [String: String]
    /// The sentences that scripts of vaults and of sharing say, by what they are called there: a JSON object.
    private(set) var scriptTexts: [UInt8] = []

    init(language: String, file: [UInt8]) throws {
        guard let members = (try? JSON(parsing: file))?.object?.members else {
            throw LandingResources.Fault.malformedTexts(language)
        }
        self.language = language
        texts = [:]
        for (name, value) in members {
            guard let text = value.string else { throw LandingResources.Fault.malformedTexts(language) }
            texts[name] = text
        }
        scriptTexts = encodedScriptTexts
    }

    /// Beginnings of keys; the scripts know them without.
    private static let scriptPrefixes = ["vault_say_", "sharing_say_"]

    private var encodedScriptTexts: [UInt8] {
        var object = JSONObject()
        for key in keys.sorted() {
            for prefix in Self.scriptPrefixes where key.hasPrefix(prefix) {
                object[String(key.dropFirst(prefix.count))] = .string(self[key])
            }
        }
        return JSON.object(object).encoded()
    }

    /// `ltr` or `rtl`.
    var direction: String { self["direction"] }
    var keys: Set<String> { Set(texts.keys) }

    subscript(key: String) -> String { texts[key] ?? key }

    /// A text with `{name}` replaced by values, each isolated from the direction of the text around it (UAX #9 §2.7).
    func text(_ key: String, _ values: [String: String]) -> String {
        // One pass, so that braces in a value stay what they are.
        self[key].split(separator: "{", omittingEmptySubsequences: false).enumerated().map { index, part in
            guard index > 0, let end = part.firstIndex(of: "}"), let value = values[String(part[..<end])] else {
                return index > 0 ? "{" + part : String(part)
            }
            return "\u{2068}" + value + "\u{2069}" + part[part.index(after: end)...]
        }.joined()
    }

    /// As ``text(_:_:)``, without the marks that keep directions apart: for messages in plain text.
    func plain(_ key: String, _ values: [String: String]) -> String {
        String(
            String.UnicodeScalarView(text(key, values).unicodeScalars.filter { $0 != "\u{2068}" && $0 != "\u{2069}" }))
    }

    mutating func fillGaps(from other: PageTexts) {
        texts.merge(other.texts) { own, _ in own }
        scriptTexts = encodedScriptTexts
    }
}
