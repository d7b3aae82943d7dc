/// Base64 with padding, RFC 4648 §4, as C2SP's notes and checkpoints have it.
///
/// Decoding is strict: padding is there, nothing stands outside the alphabet and trailing bits are zero, so that one
/// value has exactly one encoding.
package enum Base64 {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = Base64URL.encodeToBytes(Array(bytes))
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "-"): text[index] = UInt8(ascii: "+")
            case UInt8(ascii: "_"): text[index] = UInt8(ascii: "/")
            default: break
            }
        }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil for what is not base64.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var characters = Array(text.utf8)
        guard characters.count % 4 == 0 else { return nil }
        for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
        for index in characters.indices {
            switch characters[index] {
            case UInt8(ascii: "+"): characters[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): characters[index] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: break
            }
        }
        return try? Base64URL.decode(characters[...])
    }
}
