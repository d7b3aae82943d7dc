import PersonAuthentication
import RegistryRecords
import Testing

@testable import IdentityRegistry

@Suite("How facts are compared")
struct NormalizationTests {
    private static let all = KnowledgeField.Normalization.allCases

    @Test(
        "Always: compatibility forms, digits, spaces and what cannot be seen",
        arguments: [
            ("  Anna \t Maria\u{A0}", "Anna Maria"), ("Ａｎｎａ１２", "Anna12"), ("٠١٢٣", "0123"), ("۴۵", "45"),
            ("१२", "12"), ("Anna\u{200B}\u{200E}", "Anna"), ("A\u{AD}nna", "Anna"), ("ﬁn", "fin"), ("", ""),
            (" \n ", ""),
            ("Ame\u{301}lie", "Am\u{E9}lie"), ("한국", "한국"), ("\u{1112}\u{1161}\u{11AB}국", "한국"),
            ("anna", "anna"), ("Anna", "Anna"), ("Ánna", "Ánna"), ("O'Neill", "O'Neill"),
        ])
    func always(typed: String, expected: String) {
        #expect(Array(TextNormalization.normalize(typed, []).utf8) == Array(expected.utf8))
    }

    @Test(
        "Letter case is folded",
        arguments: [
            ("ANNA", "anna"), ("Großkreutzer", "GROSSKREUTZER"), ("GROẞ", "groß"), ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
            ("ЁЖ", "ёж"), ("Ĳ", "ij"), ("ᏩᏯ", "ꮹꮿ"), ("𞤑𞤵𞤥", "𞤳𞤵𞤥"), ("Ǆ", "ǆ"), ("ſ", "s"),
        ])
    func letterCase(left: String, right: String) {
        let folded = [left, right].map { TextNormalization.normalize($0, [.letterCase]) }
        #expect(Array(folded[0].utf8) == Array(folded[1].utf8))
        #expect(TextNormalization.normalize("Á", [.letterCase]) != "a")
    }

    @Test(
        "Accents go, letters stay",
        arguments: [
            ("Ánna", "Anna"), ("Đỗ", "Do"), ("Łękawska", "Lekawska"), ("Sørensen", "Sorensen"),
            ("Șerbănoiu", "Serbanoiu"),
            ("Ọ̀ṣúntọ́lá", "Osuntola"), ("أحمد", "احمد"), ("مُحَمَّد", "محمد"), ("שָׁלוֹם", "שלום"), ("й", "и"),
            ("मृणालिनी", "मृणालिनी"), ("தென்னஞ்சோலை", "தென்னஞ்சோலை"), ("がぎ", "がぎ"), ("ไทย", "ไทย"), ("ß", "ß"),
        ])
    func accents(typed: String, expected: String) {
        #expect(Array(TextNormalization.normalize(typed, [.accents]).utf8) == Array(expected.utf8))
    }

    @Test(
        "Without punctuation only letters and digits are left",
        arguments: [
            ("O'Neill-Smith, Jr.", "ONeillSmithJr"), ("6926 2817", "69262817"), ("nmu-00001", "nmu00001"),
            ("Keʻelikaikahanuʻōpelu", "Keelikaikahanuōpelu"), ("van 't Hoenderveld", "vantHoenderveld"),
            ("मृणालिनी", "मृणालिनी"), ("𠮷岡谷", "𠮷岡谷"), ("…", ""),
        ])
    func punctuation(typed: String, expected: String) {
        #expect(Array(TextNormalization.normalize(typed, [.punctuation]).utf8) == Array(expected.utf8))
    }

    @Test("Normalizing twice is normalizing once, whatever the text")
    func idempotent() {
        let texts = [
            "Ọ̀ṣúntọ́lá", "İstanbul ıI", "ﬃ ǆ ŉ", "Großkreutzer ẞ", "𞤑𞤵𞤥𞤦𞤢", "Kauʻionālani", "گلِ رعنا", "ᾳ ΐ",
            "১২৩ ৎসুধা", "Ⅷ ½ ²", "e\u{301}\u{323}", "\u{1E9B}\u{323}",
        ]
        for text in texts {
            for steps in [[], [.letterCase], [.accents], [.punctuation], Self.all] {
                let once = TextNormalization.normalize(text, steps)
                #expect(Array(TextNormalization.normalize(once, steps).utf8) == Array(once.utf8), "\(text) \(steps)")
            }
        }
    }

    @Test(
        "Dates have one form, years first",
        arguments: [
            ("2004-02-29", "2004-02-29"), (" 2004-2-29 ", "2004-02-29"), ("2004/02/29", "2004-02-29"),
            ("2004.2.29", "2004-02-29"), ("٢٠٠٤-٠٢-٢٩", "2004-02-29"), ("2005-02-29", nil), ("29.2.2004", nil),
            ("2004-02", nil), ("2004-02-29-1", nil), ("", nil), ("today", nil), ("2004-+2-29", nil),
        ])
    func dates(typed: String, expected: String?) {
        let field = KnowledgeField(name: "born", label: [:], input: .date, normalization: [])
        #expect(field.canonical(typed) == expected)
    }

    @Test(
        "Numbers are their digits",
        arguments: [
            ("00731946", "731946"), ("1 234", "1234"), ("-5", "-5"), ("0", "0"), ("000", "0"), ("١٢", "12"), ("x", "x"),
        ])
    func numbers(typed: String, expected: String) {
        let field = KnowledgeField(name: "n", label: [:], input: .number, normalization: [])
        #expect(field.canonical(typed) == expected)
    }

    @Test("Values of the registry are compared as people would type them; lists and pictures are no facts")
    func values() throws {
        let field = KnowledgeField(name: "x", label: [:], input: .text, normalization: [.letterCase])
        #expect(field.canonical(FieldValue.text("Anna")) == "anna")
        #expect(field.canonical(FieldValue.integer(40)) == "40")
        #expect(field.canonical(FieldValue.boolean(true)) == "true")
        #expect(field.canonical(FieldValue.date(try #require(FullDate("2004-02-29")))) == "2004-02-29")
        #expect(field.canonical(FieldValue.list(["a"])) == nil)
        #expect(field.canonical(FieldValue.image(try #require(ImageData(file: jpeg)))) == nil)
        #expect(field.canonical(" ") == nil)
        #expect(field.canonical(String(repeating: "a", count: 4097)) == nil)
    }
}
