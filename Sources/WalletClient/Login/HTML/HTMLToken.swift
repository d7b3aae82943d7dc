/// A tag or a piece of text of an HTML page.
enum HTMLToken: Equatable {
    /// Names are in lower case; of a repeated attribute the first stays.
    case start(name: String, attributes: [String: String])
    case end(name: String)
    case text(String)

    /// The tokens of a page, as HTML's tokenizer finds them: whatever is malformed in it is text, or is passed over.
    /// Comments, declarations and the contents of scripts and styles are left out. Takes time linear in the page.
    static func tokens(of page: [UInt8]) -> [HTMLToken] {
        var reader = HTMLTokenReader(page: page)
        return reader.read()
    }
}

private struct HTMLTokenReader {
    /// More than any page that a person could operate.
    private static let maximumTokens = 20_000
    private static let maximumAttributes = 64

    private let page: [UInt8]
    private var index = 0
    private var tokens: [HTMLToken] = []

    init(page: [UInt8]) {
        self.page = page
    }

    mutating func read() -> [HTMLToken] {
        while index < page.count, tokens.count < Self.maximumTokens {
            if page[index] == UInt8(ascii: "<"), readMarkup() { continue }
            readText()
        }
        return tokens
    }

    /// Up to the next `<`; the first byte belongs to the text in any case.
    private mutating func readText() {
        let end = page[(index + 1)...].firstIndex(of: UInt8(ascii: "<")) ?? page.count
        let text = HTMLCharacterReferences.decode(page[index..<end])
        if text.contains(where: { !$0.isWhitespace }) { tokens.append(.text(text)) }
        index = end
    }

    /// False if the `<` here begins no markup.
    private mutating func readMarkup() -> Bool {
        guard let next = byte(at: index + 1) else { return false }
        switch next {
        case UInt8(ascii: "!"): skipDeclaration()
        case UInt8(ascii: "?"): skip(past: UInt8(ascii: ">"))
        case UInt8(ascii: "/"):
            guard let letter = byte(at: index + 2), letter.isASCIILetter else { return false }
            index += 2
            tokens.append(.end(name: readName()))
            skip(past: UInt8(ascii: ">"))
        case _ where next.isASCIILetter:
            index += 1
            readStart()
        default: return false
        }
        return true
    }

    private mutating func skipDeclaration() {
        guard page[index...].starts(with: "<!--".utf8) else { return skip(past: UInt8(ascii: ">")) }
        index += 4
        while index < page.count, !page[index...].starts(with: "-->".utf8) { index += 1 }
        index = min(page.count, index + 3)
    }

    private mutating func readStart() {
        let name = readName()
        let attributes = readAttributes()
        tokens.append(.start(name: name, attributes: attributes))
        guard ["script", "style", "template", "textarea", "title"].contains(name) else { return }
        // What is in these is no markup.
        let end = Array(("</" + name).utf8)
        while index < page.count, !startsIgnoringCase(with: end) { index += 1 }
    }

    private mutating func readAttributes() -> [String: String] {
        var attributes: [String: String] = [:]
        while index < page.count {
            skipSpace(and: UInt8(ascii: "/"))
            guard index < page.count, page[index] != UInt8(ascii: ">") else { break }
            let name = readAttributeName()
            skipSpace()
            let value = byte(at: index) == UInt8(ascii: "=") ? readAttributeValue() : ""
            if attributes[name] == nil, attributes.count < Self.maximumAttributes { attributes[name] = value }
        }
        index = min(page.count, index + 1)
        return attributes
    }

    /// An equals sign at the beginning is part of the name, as in HTML: it moves on in any case.
    private mutating func readAttributeName() -> String {
        let start = index
        index += 1
        while index < page.count, !page[index].isHTMLSpace, !"/>=".utf8.contains(page[index]) { index += 1 }
        return String(decoding: page[start..<index], as: UTF8.self).lowercased()
    }

    private mutating func readAttributeValue() -> String {
        index += 1
        skipSpace()
        guard let quote = byte(at: index) else { return "" }
        let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        if isQuoted { index += 1 }
        let start = index
        while index < page.count, isQuoted ? page[index] != quote : !endsUnquoted(page[index]) { index += 1 }
        let value = HTMLCharacterReferences.decode(page[start..<index])
        if isQuoted { index = min(page.count, index + 1) }
        return value
    }

    private func endsUnquoted(_ byte: UInt8) -> Bool { byte.isHTMLSpace || byte == UInt8(ascii: ">") }

    private mutating func readName() -> String {
        let start = index
        while index < page.count, !page[index].isHTMLSpace, !"/>".utf8.contains(page[index]) { index += 1 }
        return String(decoding: page[start..<index], as: UTF8.self).lowercased()
    }

    private mutating func skip(past last: UInt8) {
        index = page[index...].firstIndex(of: last).map { $0 + 1 } ?? page.count
    }

    private mutating func skipSpace(and other: UInt8? = nil) {
        while index < page.count, page[index].isHTMLSpace || page[index] == other { index += 1 }
    }

    private func byte(at index: Int) -> UInt8? { index < page.count ? page[index] : nil }

    private func startsIgnoringCase(with wanted: [UInt8]) -> Bool {
        page[index] == wanted[0] && index + wanted.count <= page.count
            && zip(page[index...], wanted).allSatisfy { $0 == $1 || $0 | 0x20 == $1 && $0.isASCIILetter }
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    fileprivate var isHTMLSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) && self != 0x0B }
}
