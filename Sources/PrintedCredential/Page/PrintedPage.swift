/// Why something cannot be printed on one page.
package enum PrintedPageFault: Error, Equatable {
    /// There is more than a page holds.
    case doesNotFit
    /// The modules of a code would be too small for scanners.
    case codeTooSmall
    /// The rows are no square of 21, 25, … 177 modules.
    case notQRCode
    /// No language tag (BCP 47) in ASCII.
    case malformedLanguage
}

/// What one sheet of A4 shows, from top to bottom.
///
/// Text is printed in Helvetica, which every PDF reader has, and so only with the characters of Windows-1252: those of
/// western Europe's languages. Every other character shows as a question mark, and
/// ``PDFDocument/replacedCharacterCount`` tells how many there were; for languages in other scripts a page should be
/// made some other way.
package struct PrintedPage: Sendable {
    /// The document's name, in any script; shown by readers, not on the page.
    package let title: String
    /// The text's language, such as `en` or `pt-BR`: what screen readers speak it in.
    package let language: String
    package let lines: [PrintedLine]

    /// - Throws: `malformedLanguage`.
    package init(title: String, language: String, lines: [PrintedLine]) throws(PrintedPageFault) {
        let subtags = language.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard subtags.allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy(Self.isLetterOrDigit) }) else {
            throw .malformedLanguage
        }
        (self.title, self.language, self.lines) = (title, language, lines)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

/// One part of a page. Long text goes on in further lines; line ends in it are kept.
package enum PrintedLine: Sendable {
    case heading(String)
    case row(label: String, value: String)
    case smallPrint(String)
    /// Beside each other, as large as there is room for.
    case codes([PrintedCode])
}
