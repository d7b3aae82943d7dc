import PrintedCredential
import TestSupport
import Testing

@Suite("A page as PDF 1.7")
struct PDFDocumentTests {
    /// Some square that could be a code.
    private func code(side: Int = 21, seed: UInt64 = 1, caption: String = "", millimetres: Int = 100) throws
        -> PrintedCode
    {
        var generator = SeededGenerator(seed: seed)
        return try PrintedCode(
            rows: (0..<side).map { _ in (0..<side).map { _ in Bool.random(using: &generator) } }, caption: caption,
            side: millimetres)
    }

    private func document(_ lines: [PrintedLine], title: String = "T", language: String = "en") throws -> PDFDocument {
        try PDFDocument(page: PrintedPage(title: title, language: language, lines: lines))
    }

    private func texts(_ lines: [PrintedLine]) throws -> [String] {
        try PDFReader(document(lines).bytes).texts().map { String($0.map { Character(Unicode.Scalar($0)) }) }
    }

    @Test("The file's table leads to every object, and the objects to each other")
    func structure() throws {
        let reader = try PDFReader(
            document(
                [.heading("Licence"), .row(label: "Name", value: "Ana"), .codes([code()])], title: "رخصة 🎓 (\\)",
                language: "pt-BR"
            ).bytes)
        #expect(reader.objects.count == 6)
        #expect(try reader.catalog().contains("/Lang (pt-BR)"))
        #expect(try reader.catalog().contains("/DisplayDocTitle true"))
        #expect(try reader.page().contains("/MediaBox [0 0 595.275 841.889]"))
        let font = try reader.object("F1", in: reader.page())
        #expect(font.contains("/BaseFont /Helvetica") && font.contains("/Encoding /WinAnsiEncoding"))
        #expect(try reader.object("Parent", in: reader.page()).contains("/Count 1"))
        #expect(
            try reader.object("Info", in: reader.trailer)
                == "<< /Title <FEFF0631062E063506290020D83CDF9300200028005C0029> >>")
    }

    @Test("An empty page is a file too, and the same page the same file")
    func determinism() throws {
        #expect(try PDFReader(document([]).bytes).texts().isEmpty)
        let lines = [PrintedLine.heading("Licence"), .codes([try code()])]
        #expect(try document(lines).bytes == document(lines).bytes)
    }

    @Test("Lines stand in their order, with their texts as they are")
    func order() throws {
        let texts = try texts([
            .heading("Title (with) \\ parentheses"), .row(label: "Name", value: "Zoë Müller-Šimić"),
            .smallPrint("Small"),
            .row(label: "", value: ""),
        ])
        #expect(texts == ["Title (with) \\ parentheses", "Name", "Zoë Müller-\u{8A}imi?", "Small"])
    }

    @Test("Characters of Windows-1252 are printed, however they are encoded")
    func winAnsi() throws {
        let document = try document([.heading("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ ÿ e\u{301}a\u{30A}\u{202F}1\u{2011}2")])
        #expect(document.replacedCharacterCount == 0)
        let text = try #require(try PDFReader(document.bytes).texts().first)
        let specials = Array(0x80...0x9F).filter { ![0x81, 0x8D, 0x8F, 0x90, 0x9D].contains($0) }.map { UInt8($0) }
        #expect(text == specials + [0x20, 0xFF, 0x20, 0xE9, 0xE5, 0xA0, 0x31, 0x2D, 0x32])
    }

    @Test(
        "Other characters show as question marks, and are counted",
        arguments: [
            ("شهادة", "?????", 5), ("a漢b", "a?b", 1), ("👩‍👩‍👧", "?", 1), ("a\u{81}b\tc\u{7}d", "a b c d", 0),
            ("a\u{AD}b", "a?b", 1), ("x\u{336}", "?", 1),
        ])
    func replaced(text: String, shown: String, count: Int) throws {
        #expect(try texts([.smallPrint(text)]) == [shown])
        #expect(try document([.row(label: text, value: text)]).replacedCharacterCount == 2 * count)
    }

    @Test("Long texts are broken at spaces, long words inside, and line ends are kept")
    func breaking() throws {
        let words = Array(repeating: "word", count: 100).joined(separator: " ")
        let broken = try texts([.row(label: "Label", value: words)]).dropFirst()
        #expect(broken.count > 1)
        #expect(broken.joined(separator: " ") == words)
        let long = String(repeating: "W", count: 200)
        #expect(try texts([.smallPrint(long)]).joined() == long)
        #expect(try texts([.smallPrint("a\nb\r\n\nc  d ")]) == ["a", "b", "c d"])
        // 6.116 points each: 55 are the most that fit the column's 120 mm.
        let digits = String(repeating: "0", count: 200)
        #expect(try texts([.row(label: "", value: digits)]).first?.count == 55)
    }

    @Test("More than a page holds is refused")
    func overflow() throws {
        let rows = { (count: Int) in Array(repeating: PrintedLine.row(label: "a", value: "b"), count: count) }
        #expect(try texts(rows(41)).count == 82)
        #expect(throws: PrintedPageFault.doesNotFit) { try document(rows(42)) }
        #expect(throws: PrintedPageFault.doesNotFit) {
            try document([.codes([code()]), .codes([code()]), .codes([code()])])
        }
    }

    @Test("A code's dark modules come back from the rectangles, each row in as few as there are runs")
    func modules() throws {
        let code = try code(side: 177, seed: 5)
        let content = try PDFReader(document([.codes([code])]).bytes).content()
        var rows = Array(repeating: Array(repeating: false, count: 177), count: 177)
        var rectangles = 0
        for line in content where line.hasSuffix(" re") {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            try #require(numbers.count == 4 && numbers[3] == 1)
            for column in numbers[0]..<(numbers[0] + numbers[2]) {
                #expect(!rows[numbers[1]][column])
                rows[numbers[1]][column] = true
            }
            rectangles += 1
        }
        #expect(rows == code.rows)
        let runs = code.rows.reduce(0) { count, row in
            count + row.indices.count { row[$0] && ($0 == 0 || !row[$0 - 1]) }
        }
        #expect(rectangles == runs)
        #expect(content.filter { $0 == "f Q" }.count == 1)
    }

    @Test("Codes stand beside each other, their margins inside the sheet's")
    func placement() throws {
        let content = try PDFReader(document([.codes([code(), code(side: 45)])]).bytes).content()
        let matrices = content.filter { $0.hasSuffix(" cm") }.map {
            $0.split(separator: " ").compactMap { Double($0) }
        }
        try #require(matrices.count == 2)
        // 82.5 mm for each: 29 and 53 modules with their margins.
        let share = (170.0 - 5) / 2 * 72 / 25.4
        for (matrix, modules) in zip(matrices, [29.0, 53]) {
            let module = matrix[1]
            #expect(abs(module - share / modules) < 0.01 && matrix[4] == -module)
        }
        #expect(abs(matrices[0][5] - (56.692 + 4 * matrices[0][1])) < 0.01)
        #expect(abs(matrices[1][5] - (56.692 + share + 14.173 + 4 * matrices[1][1])) < 0.01)
    }

    @Test("Codes whose modules would be too small for scanners are refused")
    func smallModules() throws {
        let large = try code(side: 177)
        #expect(throws: Never.self) { try document([.codes([large, large])]) }
        #expect(throws: PrintedPageFault.codeTooSmall) { try document([.codes([large, large, large])]) }
        #expect(throws: PrintedPageFault.codeTooSmall) { try document([.codes([code(side: 177, millimetres: 50)])]) }
        #expect(throws: PrintedPageFault.codeTooSmall) { try document([.codes([code(millimetres: 0)])]) }
    }

    @Test("A matrix that is no QR code is refused", arguments: [0, 17, 20, 22, 24, 181])
    func notQRCode(side: Int) {
        #expect(throws: PrintedPageFault.notQRCode) { try code(side: side) }
    }

    @Test("Rows of another length are refused")
    func ragged() {
        #expect(throws: PrintedPageFault.notQRCode) {
            try PrintedCode(rows: Array(repeating: Array(repeating: true, count: 20), count: 21))
        }
    }

    @Test(
        "A language that is no tag, or could end its string, is refused",
        arguments: [
            "", "en_GB", "en-", "languages-x", "e)n", "é", "en ",
        ])
    func language(tag: String) {
        #expect(throws: PrintedPageFault.malformedLanguage) {
            try PrintedPage(title: "", language: tag, lines: [])
        }
    }
}
