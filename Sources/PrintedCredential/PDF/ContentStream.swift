/// The operators that draw a page, ISO 32000-1 §8 and §9.
struct ContentStream {
    private(set) var bytes: [UInt8] = []

    init(_ layout: PageLayout) {
        for text in layout.texts { draw(text) }
        for code in layout.codes { draw(code) }
    }

    private mutating func draw(_ text: PageLayout.PlacedText) {
        append("BT \(text.style.gray) g /F1 \(text.style.size) Tf \(Length.pdf(text.x)) \(Length.pdf(text.y)) Td")
        append("\(PDFWriter.hexadecimal(text.bytes)) Tj ET")
    }

    /// One path for all modules, so that no line shows where two meet. A unit is a module, and rows count downwards.
    private mutating func draw(_ code: PageLayout.PlacedCode) {
        let module = Length.pdf(code.module)
        append("q 0 g \(module) 0 0 -\(module) \(Length.pdf(code.x)) \(Length.pdf(code.y)) cm")
        for run in code.runs { append("\(run.column) \(run.row) \(run.length) 1 re") }
        append("f Q")
    }

    private mutating func append(_ line: String) {
        bytes += Array(line.utf8) + [0x0A]
    }
}
