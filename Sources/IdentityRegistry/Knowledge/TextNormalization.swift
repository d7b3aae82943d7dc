import Foundation
package import PersonAuthentication

/// Brings what somebody types and what the registry has to one form, so that equal bytes mean the same fact.
///
/// Always: compatibility forms (Unicode NFKC), the digits 0 to 9 for the decimal digits of every script, nothing that
/// cannot be seen, and single spaces, none at the ends.
package enum TextNormalization {
    package static func normalize(_ text: String, _ steps: [KnowledgeField.Normalization]) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return normalize(ascii: text.utf8, steps) }
        var line = Line(
            dropsAccents: steps.contains(.accents), dropsPunctuation: steps.contains(.punctuation))
        let folds = steps.contains(.letterCase)
        for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
            guard !scalar.isASCII else {
                let isUpper = ("A"..."Z").contains(scalar)
                line.append(folds && isUpper ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
                continue
            }
            guard !scalar.properties.isDefaultIgnorableCodePoint else { continue }
            let scalar = asciiDigit(scalar)
            for scalar in folds ? folded(scalar) : [scalar] { line.append(scalar) }
        }
        let normalized = String(line.scalars)
        // What accents were taken from is mostly ASCII then, to which composition has nothing to add.
        return normalized.utf8.allSatisfy { $0 < 0x80 } ? normalized : normalized.precomposedStringWithCanonicalMapping
    }

    /// What is kept of scalars, with single spaces between words.
    private struct Line {
        let dropsAccents: Bool
        let dropsPunctuation: Bool
        var scalars = String.UnicodeScalarView()
        private var spaceIsDue = false

        init(dropsAccents: Bool, dropsPunctuation: Bool) {
            self.dropsAccents = dropsAccents
            self.dropsPunctuation = dropsPunctuation
        }

        mutating func append(_ scalar: Unicode.Scalar) {
            var scalar = scalar
            if dropsAccents, !scalar.isASCII {
                guard !isAccent(scalar) else { return }
                scalar = strokes[scalar] ?? scalar
            }
            guard !dropsPunctuation || isLetterOrDigit(scalar) else { return }
            guard !scalar.properties.isWhitespace else {
                spaceIsDue = !scalars.isEmpty
                return
            }
            if spaceIsDue { scalars.append(" ") }
            spaceIsDue = false
            scalars.append(scalar)
        }
    }

    /// The same of a text that Unicode adds nothing to.
    private static func normalize(
        ascii text: String.UTF8View, _ steps: [KnowledgeField.Normalization]
    ) -> String {
        let (folds, drops) = (steps.contains(.letterCase), steps.contains(.punctuation))
        var bytes: [UInt8] = []
        var spaceIsDue = false
        for byte in text {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            let isLetterOrDigit =
                isUpper || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            if drops, !isLetterOrDigit { continue }
            if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
                spaceIsDue = !bytes.isEmpty
                continue
            }
            if spaceIsDue { bytes.append(UInt8(ascii: " ")) }
            spaceIsDue = false
            bytes.append(isUpper && folds ? byte | 0x20 : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func asciiDigit(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard !scalar.isASCII, scalar.properties.generalCategory == .decimalNumber,
            let value = scalar.properties.numericValue
        else { return scalar }
        return Unicode.Scalar(UInt8(ascii: "0") + UInt8(value))
    }

    /// Full case folding, Unicode §5.18, by way of the mappings: the first makes a small letter of the capital sharp s,
    /// so that the second finds its two letters. Dotless i falls together with i, which folding proper keeps apart.
    private static func folded(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        // Combining marks have no case, but for the iota below (U+0345).
        if (0x300...0x36F).contains(scalar.value), scalar.value != 0x345 { return [scalar] }
        return scalar.properties.lowercaseMapping.unicodeScalars
            .flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
            .flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
    }

    /// A mark above, below or through its letter, or a vowel point of Hebrew or Arabic: classes 10 to 36 and from 200
    /// on. The vowel signs of Indic scripts, nuktas and viramas make other letters and are kept.
    private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.properties.generalCategory == .nonspacingMark else { return false }
        let combining = scalar.properties.canonicalCombiningClass.rawValue
        return (10...36).contains(combining) || combining >= 200
    }

    /// Letters whose stroke or dot is no mark of its own in Unicode.
    private static let strokes: [Unicode.Scalar: Unicode.Scalar] = [
        "Ø": "O", "ø": "o", "Đ": "D", "đ": "d", "Ł": "L", "ł": "l", "Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t", "ı": "i",
    ]

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
        }
        // Apostrophes of other kinds, which people type as the one on the keyboard.
        if (0x2B9...0x2BF).contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }
}
