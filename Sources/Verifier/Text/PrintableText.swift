extension String {
    /// This text with what could deceive a reader or command a terminal left out: control characters, line breaks,
    /// and characters that reorder or hide others. Cut after `limit` characters.
    package func printable(limit: Int = 300) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                kept.append(" ")
            case .format where !Self.neededFormats.contains(scalar.value): break
            default: kept.append(scalar)
            }
        }
        let text = String(kept)
        // A limit on characters alone would let one of them carry thousands of combining marks.
        guard text.count > limit || text.utf8.count > limit * 8 else { return text }
        var cut = String(text.prefix(limit))
        if cut.utf8.count > limit * 8 { cut = String(cut.unicodeScalars.prefix(limit)) }
        return cut + "…"
    }

    /// Joiners and marks that Arabic, Indic and Hebrew texts are written with.
    private static let neededFormats: Set<UInt32> = [0x200C, 0x200D, 0x200E, 0x200F, 0x061C]
}
