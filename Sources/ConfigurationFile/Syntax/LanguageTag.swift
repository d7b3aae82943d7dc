/// Well-formedness of language tags, BCP 47 (RFC 5646 §2.1), without the grandfathered ones.
enum LanguageTag {
    static func check(_ text: String) -> Bool {
        let subtags = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= 64,
            subtags.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(WireSyntax.isAlphanumeric) })
        else { return false }
        if subtags[0].lowercased() == "x" { return subtags.count > 1 }
        return checkLanguage(subtags)
    }

    /// `language ["-" script] ["-" region] *("-" variant) *("-" extension) ["-" privateuse]`.
    private static func checkLanguage(_ subtags: [Substring]) -> Bool {
        guard (2...8).contains(subtags[0].count), isAlphabetic(subtags[0]) else { return false }
        var rest = subtags.dropFirst()
        if subtags[0].count <= 3 { take(3, from: &rest) { $0.count == 3 && isAlphabetic($0) } }
        take(1, from: &rest) { $0.count == 4 && isAlphabetic($0) }
        take(1, from: &rest) { $0.count == 2 && isAlphabetic($0) || $0.count == 3 && isNumeric($0) }
        var variants: Set<String> = []
        while let variant = rest.first, isVariant(variant) {
            guard variants.insert(variant.lowercased()).inserted else { return false }
            rest.removeFirst()
        }
        return checkExtensions(rest)
    }

    /// Singletons, each with a subtag behind it and none twice; behind `x` anything goes.
    private static func checkExtensions(_ subtags: ArraySlice<Substring>) -> Bool {
        var rest = subtags
        var singletons: Set<String> = []
        while let singleton = rest.popFirst() {
            guard singleton.count == 1, singletons.insert(singleton.lowercased()).inserted else { return false }
            if singleton.lowercased() == "x" { return !rest.isEmpty }
            guard let first = rest.popFirst(), first.count > 1 else { return false }
            rest = rest.drop { $0.count > 1 }
        }
        return true
    }

    private static func take(_ most: Int, from rest: inout ArraySlice<Substring>, where fits: (Substring) -> Bool) {
        for _ in 0..<most {
            guard let first = rest.first, fits(first) else { return }
            rest.removeFirst()
        }
    }

    private static func isVariant(_ subtag: Substring) -> Bool {
        subtag.count >= 5 || subtag.count == 4 && isNumeric(subtag.prefix(1))
    }

    private static func isAlphabetic(_ text: Substring) -> Bool { text.utf8.allSatisfy { $0 > UInt8(ascii: "9") } }
    private static func isNumeric(_ text: Substring) -> Bool { text.utf8.allSatisfy { $0 <= UInt8(ascii: "9") } }
}
