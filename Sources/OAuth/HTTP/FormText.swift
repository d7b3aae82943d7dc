import WireFormats

/// Pairs of names and values as `application/x-www-form-urlencoded`, everything but unreserved characters encoded.
enum FormText {
    static func encode(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { FormParameters.percentEncode($0.name) + "=" + FormParameters.percentEncode($0.value) }
            .joined(separator: "&")
    }

    /// `address` with `pairs` in its query, whatever is there kept to the byte (RFC 6749 §3.1.2).
    static func appending(_ pairs: [(name: String, value: String)], to address: String) -> String {
        let separator =
            if !address.contains("?") { "?" } else if address.hasSuffix("?") || address.hasSuffix("&") { "" } else {
                "&"
            }
        return address + separator + encode(pairs)
    }
}
