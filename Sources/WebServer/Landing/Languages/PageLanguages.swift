import HTTPTypes
import OAuth
import WireFormats

/// The languages that pages are there in.
struct PageLanguages: Sendable {
    /// In the order of their tags; a text that is missing from one is the English one.
    let all: [PageTexts]
    let english: PageTexts

    init(_ files: [PageTexts]) throws {
        guard let english = files.first(where: { $0.language == "en" }) else {
            throw LandingResources.Fault.missing("locales/en.json")
        }
        self.english = english
        all = files.map { file in
            var filled = file
            filled.fillGaps(from: english)
            return filled
        }
    }

    /// The language that a request chooses by `lang`, else the first there is of `uiLocales` (OpenID Connect Core 1.0
    /// §3.1.2.1), else the one that its browser prefers.
    func visit(_ request: EndpointRequest, uiLocales: [String] = []) -> Visit {
        let parameters = request.query.isEmpty ? nil : try? FormParameters(parsing: request.query)
        if let tag = parameters?["lang"], let chosen = all.first(where: { $0.language == tag }) {
            return Visit(texts: chosen, isChosen: true)
        }
        let wanted =
            uiLocales.map { $0.lowercased() } + LanguagePreference.parse(request.headers[.acceptLanguage] ?? "")
        let best = LanguagePreference.best(of: all.map(\.language), for: wanted)
        return Visit(texts: all.first { $0.language == best } ?? english, isChosen: false)
    }
}

/// How a page is to be written for one request.
struct Visit: Sendable {
    let texts: PageTexts
    /// The visitor chose the language on the page: links then keep it.
    let isChosen: Bool

    var language: String { texts.language }
    /// What links end with.
    var query: String { isChosen ? "?lang=" + language : "" }

    /// The entry in the page's language, else the first.
    func best<Entry>(of entries: [Entry], locale: (Entry) -> String) -> Entry? {
        let tag = LanguagePreference.best(of: entries.map(locale), for: [language.lowercased()])
        return entries.first { locale($0) == tag } ?? entries.first
    }
}
