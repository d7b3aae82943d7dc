/// Character references of HTML: the numeric ones, and the names that escaping makes. Others stay as they stand.
enum HTMLCharacterReferences {
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}",
    ]

    /// Longer than any of them without its `&`.
    private static let maximumLength = 10

    static func decode(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var text = ""
        var rest = bytes
        while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
            text += String(decoding: rest[..<start], as: UTF8.self)
            let after = rest[(start + 1)...]
            if let end = after.prefix(maximumLength).firstIndex(of: UInt8(ascii: ";")),
                let character = character(String(decoding: after[..<end], as: UTF8.self))
            {
                text += character
                rest = after[(end + 1)...]
            } else {
                text += "&"
                rest = after
            }
        }
        return text + String(decoding: rest, as: UTF8.self)
    }

    private static func character(_ reference: String) -> String? {
        guard reference.hasPrefix("#") else { return named[reference] }
        let digits = reference.dropFirst()
        let value = digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return value.flatMap(Unicode.Scalar.init).flatMap { $0 == "\0" ? nil : String(Character($0)) }
    }
}
