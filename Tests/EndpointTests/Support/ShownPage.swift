import Testing

/// A page as a browser shows it, read by its hooks for tests.
struct ShownPage {
    let reply: Reply

    /// Whether an element has `data-test` with this value.
    func has(_ hook: String) -> Bool { reply.text.contains("data-test=\"\(hook)\"") }

    /// The forms of the page.
    var forms: [PageForm] {
        reply.text.split(separator: "<form ").dropFirst().compactMap { rest in
            rest.firstRange(of: "</form>").map { PageForm(markup: rest[..<$0.lowerBound]) }
        }
    }

    /// The form that has the hook, or has an element with it inside.
    func form(_ hook: String, _ location: SourceLocation = #_sourceLocation) throws -> PageForm {
        try #require(
            forms.first { $0.markup.contains("data-test=\"\(hook)\"") }, "no \(hook) in \(reply.text)",
            sourceLocation: location)
    }

    /// `data-code` of the problem page; nil on any other.
    var problemCode: String? {
        has("problem-page") ? reply.text.attribute("data-code") : nil
    }

    /// The values of `data-id` of the consents that the account page lists.
    var consentIDs: [String] {
        reply.text.split(separator: "data-test=\"consent-item\"").dropFirst().compactMap { $0.attribute("data-id") }
    }

    var loginMethod: String? { reply.text.attribute("data-method") }
}

/// A form of a page.
struct PageForm {
    let action: String
    let markup: Substring
    /// What it sends without anybody's doing.
    let hidden: [(name: String, value: String)]

    init(markup: Substring) {
        self.markup = markup
        action = markup.attribute("action") ?? ""
        hidden = markup.split(separator: "<input ").compactMap { input in
            guard input.hasPrefix("type=\"hidden\""), let name = input.attribute("name"),
                let value = input.attribute("value")
            else { return nil }
            return (name, value)
        }
    }

    subscript(name: String) -> String? { hidden.first { $0.name == name }?.value }
}

extension StringProtocol {
    /// The first value of an attribute, with its references resolved.
    func attribute(_ name: String) -> String? {
        let text = Substring(self)
        guard let start = text.firstRange(of: " \(name)=\"")?.upperBound,
            let end = text[start...].firstIndex(of: "\"")
        else { return nil }
        return String(text[start..<end]).replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
