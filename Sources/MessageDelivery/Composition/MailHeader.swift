import Foundation

/// Header fields of mail, RFC 5322 §2.2, in lines of at most 76 characters where their parts allow it (RFC 2047 §2).
struct MailHeader {
    private static let lineLength = 76

    private(set) var bytes: [UInt8] = []

    /// Appends a field whose `words` are kept whole; lines are folded between them.
    mutating func append(_ name: String, _ words: [String]) {
        var line = name + ":"
        for (index, word) in words.enumerated() {
            if index > 0, line.utf8.count + 1 + word.utf8.count > Self.lineLength {
                bytes += Array(line.utf8) + [0x0D, 0x0A]
                line = ""
            }
            line += " " + word
        }
        bytes += Array(line.utf8) + [0x0D, 0x0A]
    }

    /// Text of a subject: as it is if that is short ASCII, otherwise encoded words.
    static func unstructured(_ text: String) -> [String] {
        let isPlain =
            text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
            && !text.hasPrefix(" ") && !text.hasSuffix(" ")
        return isPlain ? [text] : encodedWords(text)
    }

    /// A name before an address: a quoted string if it is short ASCII, otherwise encoded words.
    static func phrase(_ text: String) -> [String] {
        guard text.utf8.count <= 60, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }), !text.contains("=?") else {
            return encodedWords(text)
        }
        return ["\"" + escaped(text) + "\""]
    }

    /// `text` with the escapes of a quoted string, RFC 5322 §3.2.4.
    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    /// RFC 2047 §2 and §5: each word is whole characters in base64, short enough to stand behind a field's name.
    private static func encodedWords(_ text: String) -> [String] {
        var words: [String] = []
        var chunk: [UInt8] = []
        for scalar in text.unicodeScalars {
            let encoded = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            if chunk.count + encoded.count > 39 {
                words.append(encodedWord(chunk))
                chunk = []
            }
            chunk += encoded
        }
        return words + [encodedWord(chunk)]
    }

    private static func encodedWord(_ bytes: [UInt8]) -> String {
        "=?UTF-8?B?" + Data(bytes).base64EncodedString() + "?="
    }

    /// The parameter that names a file: a quoted string, or outside ASCII as RFC 2231 §4 has it.
    static func fileName(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return "filename=\"\(escaped(name))\"" }
        let digits = Array("0123456789ABCDEF")
        let encoded = name.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.isLetterOrDigit || scalar == "." || scalar == "-" || scalar == "_"
                ? String(scalar) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
        return "filename*=UTF-8''" + encoded.joined()
    }
}
