/// Languages that a client asks for, RFC 9110 §12.5.4 with the lookup of RFC 4647 §3.4.
package enum LanguagePreference {
    /// Language ranges, the most wanted first. Those with weight zero and more than sixteen are left out.
    package static func parse(_ header: String) -> [String] {
        let ranges = header.utf8.count > 1024 ? [] : header.split(separator: ",").prefix(16)
        var weighted: [(range: String, weight: Double)] = []
        for range in ranges {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let tag = parts.first, !tag.isEmpty else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if weight > 0 { weighted.append((tag.lowercased(), weight)) }
        }
        // Sorting in the standard library keeps equal elements in order, which the header's order is for.
        return weighted.sorted { $0.weight > $1.weight }.map(\.range)
    }

    /// The available tag that suits the first wanted range that any suits.
    package static func best(of available: [String], for wanted: [String]) -> String? {
        for range in wanted {
            if range == "*" { return nil }
            var candidate = Substring(range)
            while !candidate.isEmpty {
                if let exact = available.first(where: { $0.lowercased() == candidate }) { return exact }
                if let wider = available.first(where: { $0.lowercased().hasPrefix(candidate + "-") }) { return wider }
                candidate = candidate.lastIndex(of: "-").map { candidate[..<$0] } ?? ""
            }
        }
        return nil
    }
}
