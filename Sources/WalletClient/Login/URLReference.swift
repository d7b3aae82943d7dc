import Verifier

/// Where a reference on a page or in a `Location` leads, RFC 3986 §5.
enum URLReference {
    /// The absolute form of `reference`; nil if it leads to no address that may be fetched.
    static func resolve(_ reference: String, against base: WebAddress) -> WebAddress? {
        let reference = String(reference.prefix { $0 != "#" })
        let path = base.target.prefix { $0 != "?" }
        let text: String
        if hasScheme(reference) {
            text = reference
        } else if reference.hasPrefix("//") {
            text = base.scheme + ":" + reference
        } else if reference.hasPrefix("/") {
            text = base.origin + reference
        } else if reference.isEmpty {
            text = base.text
        } else if reference.hasPrefix("?") {
            text = base.origin + path + reference
        } else {
            let folder = path[..<(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.endIndex)]
            text = base.origin + folder + reference
        }
        return try? WebAddress(text)
    }

    private static func hasScheme(_ reference: String) -> Bool {
        guard let colon = reference.firstIndex(of: ":") else { return false }
        return !reference[..<colon].contains { "/?#".contains($0) }
    }
}
