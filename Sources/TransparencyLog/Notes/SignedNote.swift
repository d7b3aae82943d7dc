import WireFormats

/// A text with signatures below it, C2SP signed-note v1.0.0. Nothing is verified yet.
package struct SignedNote: Sendable, Equatable {
    /// One line below the text: whose key it names, and what that key is said to have made.
    package struct Signature: Sendable, Equatable {
        package let name: String
        package let keyID: UInt32
        package let bytes: [UInt8]

        package init(name: String, keyID: UInt32, bytes: [UInt8]) {
            (self.name, self.keyID, self.bytes) = (name, keyID, bytes)
        }

        /// With its newline.
        package var line: String {
            let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) }
            return "\u{2014} \(name) \(Base64.encode(id + bytes))\n"
        }

        /// - Parameter line: without its newline.
        init?(line: Substring) {
            let prefix = "\u{2014} "
            guard line.utf8.starts(with: prefix.utf8) else { return nil }
            let parts = line.utf8.dropFirst(prefix.utf8.count).split(
                separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, let name = NoteKeyName.checked(String(Substring(parts[0]))),
                let bytes = Base64.decode(Substring(parts[1])), bytes.count > 4
            else { return nil }
            self.name = name
            keyID = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            self.bytes = Array(bytes.dropFirst(4))
        }
    }

    /// With its final newline.
    package let text: String
    package let signatures: [Signature]

    /// Bytes: sixteen signatures of the longest kind, and a long text.
    package static let maximumBytes = 131_072
    package static let maximumSignatures = 64

    package init(text: String, signatures: [Signature]) {
        (self.text, self.signatures) = (text, signatures)
    }

    /// - Throws: ``NoteMalformation``.
    package init(parsing bytes: [UInt8]) throws(NoteMalformation) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        guard let whole = String(strictUTF8: bytes[...]) else { throw .notUTF8 }
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == UInt8(ascii: "\n") }) else { throw .controlCharacter }
        guard bytes.last == UInt8(ascii: "\n"), let end = Self.endOfText(bytes) else { throw .noSignatures }
        let start = whole.utf8.index(whole.startIndex, offsetBy: end)
        text = String(whole[..<start])
        let lines = whole.utf8[whole.utf8.index(after: start)...].dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count <= Self.maximumSignatures else { throw .tooManySignatures }
        var signatures: [Signature] = []
        for line in lines {
            guard let signature = Signature(line: Substring(line)) else { throw .signatureLine }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    /// Where the last empty line begins.
    private static func endOfText(_ bytes: [UInt8]) -> Int? {
        let newline = UInt8(ascii: "\n")
        // The line after it must have something, so the note's own end is none.
        return (1..<max(1, bytes.count - 1)).last { bytes[$0] == newline && bytes[$0 - 1] == newline }
    }

    package var bytes: [UInt8] {
        var note = text + "\n"
        for signature in signatures { note += signature.line }
        return Array(note.utf8)
    }

    /// The lines of signatures alone, as a witness answers with.
    ///
    /// - Returns: nil if any line is none, or there is none.
    package static func signatures(inLines bytes: [UInt8]) -> [Signature]? {
        guard let note = try? SignedNote(parsing: Array("-\n\n".utf8) + bytes), note.text == "-\n" else { return nil }
        return note.signatures
    }
}

/// Why bytes are no signed note.
package enum NoteMalformation: Error, Equatable {
    case tooLong
    case notUTF8
    case controlCharacter
    case noSignatures
    case tooManySignatures
    /// A line below the text is not `— name base64`.
    case signatureLine
}

/// Names of keys: not empty, no spaces, no plus.
enum NoteKeyName {
    static func checked(_ name: String) -> String? {
        guard !name.isEmpty,
            name.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 })
        else { return nil }
        return name
    }
}
