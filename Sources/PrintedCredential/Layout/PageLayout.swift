/// Where each thing of a page stands. The origin is the sheet's lower left corner; lengths are thousandths of a point.
struct PageLayout {
    struct PlacedText: Equatable {
        let x: Int
        /// Of the base line.
        let y: Int
        let style: TextStyle
        let bytes: [UInt8]
    }

    struct PlacedCode {
        /// Of the first module's upper left corner.
        let x: Int
        let y: Int
        let module: Int
        let runs: [PrintedCode.Run]
    }

    private(set) var texts: [PlacedText] = []
    private(set) var codes: [PlacedCode] = []
    private(set) var replacedCharacterCount = 0
    /// What is free is below.
    private var top = Sheet.height - Sheet.margin

    init(_ page: PrintedPage) throws(PrintedPageFault) {
        for line in page.lines {
            switch line {
            case .heading(let text):
                top = place(text, .heading, x: Sheet.margin, width: Sheet.textWidth, from: top)
            case .row(let label, let value):
                let valueX = Sheet.margin + Sheet.labelWidth + Sheet.gap
                let valueWidth = Sheet.textWidth - Sheet.labelWidth - Sheet.gap
                top = min(
                    place(label, .label, x: Sheet.margin, width: Sheet.labelWidth, from: top),
                    place(value, .value, x: valueX, width: valueWidth, from: top))
            case .smallPrint(let text):
                top = place(text, .smallPrint, x: Sheet.margin, width: Sheet.textWidth, from: top)
            case .codes(let codes):
                try place(codes)
            }
            guard top >= Sheet.margin else { throw .doesNotFit }
        }
    }

    /// Where what is free begins after it.
    private mutating func place(_ text: String, _ style: TextStyle, x: Int, width: Int, from start: Int) -> Int {
        let breaker = LineBreaker(size: style.size, width: width)
        var y = start
        for paragraph in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let encoded = WinAnsiText(paragraph)
            replacedCharacterCount += encoded.replacedCharacterCount
            for line in breaker.lines(of: encoded.bytes) {
                y -= style.leading
                if !line.isEmpty { texts.append(PlacedText(x: x, y: y, style: style, bytes: line)) }
            }
        }
        return y - style.spaceBelow
    }

    private mutating func place(_ codes: [PrintedCode]) throws(PrintedPageFault) {
        guard !codes.isEmpty else { return }
        let share = (Sheet.textWidth - (codes.count - 1) * Sheet.gap) / codes.count
        let start = top - Sheet.gap
        for (index, code) in codes.enumerated() {
            let module = min(share, Length.millimetres(code.side)) / code.modulesWithMargin
            guard module >= Sheet.leastModule else { throw .codeTooSmall }
            let x = Sheet.margin + index * (share + Sheet.gap)
            self.codes.append(
                PlacedCode(
                    x: x + PrintedCode.quietZone * module, y: start - PrintedCode.quietZone * module, module: module,
                    runs: code.runs))
            let bottom = start - code.modulesWithMargin * module
            top = min(top, place(code.caption, .smallPrint, x: x, width: share, from: bottom))
        }
    }
}

/// How a kind of text looks.
enum TextStyle {
    case heading
    case label
    case value
    case smallPrint

    /// Of the font, in points.
    var size: Int {
        switch self {
        case .heading: 20
        case .label, .value: 11
        case .smallPrint: 8
        }
    }

    /// From base line to base line.
    var leading: Int { Length.points(size) * 4 / 3 }

    var spaceBelow: Int {
        switch self {
        case .heading: Length.millimetres(4)
        case .label, .value: Length.millimetres(1)
        case .smallPrint: Length.millimetres(2)
        }
    }

    /// From 0, black, to 1, white, as a PDF number.
    var gray: String { self == .label ? "0.35" : "0" }
}
