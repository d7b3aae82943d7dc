import WireFormats

/// The languages a person reads, best first: BCP 47 tags.
package struct LanguagePreference: Sendable {
    package let tags: [String]

    package init(_ tags: [String]) {
        self.tags = tags
    }

    /// For `Accept-Language`, RFC 9110 §12.5.4; nil if there is no preference.
    var headerValue: String? {
        guard !tags.isEmpty else { return nil }
        return tags.prefix(5).enumerated().map { index, tag in index == 0 ? tag : "\(tag);q=0.\(9 - index)" }
            .joined(separator: ", ")
    }

    /// The `name` of the display object that fits best: the whole tag, then the language alone, then one without a
    /// language, then the first.
    func name(in display: [JSONObject]) -> String? {
        let named = display.filter { $0["name"]?.string?.isEmpty == false }
        for tag in tags {
            let wanted = tag.lowercased()
            let exact = named.first { $0["locale"]?.string?.lowercased() == wanted }
            if let match = exact ?? named.first(where: { Self.language($0["locale"]?.string) == Self.language(wanted) })
            {
                return match["name"]?.string
            }
        }
        return (named.first { $0["locale"] == nil } ?? named.first)?["name"]?.string
    }

    private static func language(_ tag: String?) -> String? {
        tag.map { $0.prefix { $0 != "-" }.lowercased() }
    }
}
