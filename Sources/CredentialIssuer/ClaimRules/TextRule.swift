/// What a text in a claim may be.
enum TextRule {
    /// In Unicode scalars.
    static let maximumCharacters = 4096
    static let maximumElements = 256

    static func fault(of text: String) -> ClaimRefusal.Fault? {
        if text.isEmpty { return .empty }
        // Fewer bytes are fewer scalars: most texts need no count.
        if text.utf8.count > maximumCharacters, text.unicodeScalars.count > maximumCharacters { return .tooLong }
        return text.unicodeScalars.contains(where: isForbidden) ? .controlCharacter : nil
    }

    /// A control character other than the line breaks and tabs of an address.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0...0x1F, 0x7F...0x9F: true
        default: false
        }
    }
}
