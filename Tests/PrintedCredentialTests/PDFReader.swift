import Testing

/// Takes a file apart by its table of offsets alone, as a reader does.
struct PDFReader {
    /// By their numbers, from behind `obj` to before `endobj`.
    private(set) var objects: [Int: String] = [:]
    let trailer: String

    init(_ bytes: [UInt8]) throws {
        // One character for each byte, so that offsets are indices.
        let text = bytes.map { Character(Unicode.Scalar($0)) }
        func string(_ range: Range<Int>) -> String { String(text[range]) }
        func find(_ needle: String, from start: Int) throws -> Int {
            let wanted = Array(needle)
            return try #require(
                (start...(text.count - wanted.count)).first { text[$0..<($0 + wanted.count)].elementsEqual(wanted) })
        }
        try #require(string(0..<9) == "%PDF-1.7\n" && bytes[9...14].dropFirst().allSatisfy { $0 >= 0x80 || $0 == 0x0A })
        let tail = string(max(0, text.count - 40)..<text.count).split(separator: "\n")
        try #require(tail.last == "%%EOF" && tail.dropLast(2).last?.hasSuffix("startxref") == true)
        let table = try #require(Int(tail[tail.count - 2]))
        try #require(string(table..<(table + 7)) == "xref\n0 ")
        let countEnd = try #require(text[(table + 7)...].firstIndex(of: "\n"))
        let count = try #require(Int(string((table + 7)..<countEnd)))
        try #require(string((countEnd + 1)..<(countEnd + 21)) == "0000000000 65535 f \n")
        for number in 1..<count {
            let entry = countEnd + 1 + 20 * number
            let offset = try #require(Int(string(entry..<(entry + 10))))
            try #require(string((entry + 10)..<(entry + 20)) == " 00000 n \n")
            let head = "\(number) 0 obj\n"
            try #require(string(offset..<(offset + head.count)) == head)
            let end = try find("\nendobj\n", from: offset)
            objects[number] = string((offset + head.count)..<end)
        }
        let end = countEnd + 1 + 20 * count
        trailer = string(end..<(try find("startxref", from: end)))
        try #require(trailer.hasPrefix("trailer\n<< /Size \(count) "))
    }

    /// The object that `name` in `dictionary` refers to.
    func object(_ name: String, in dictionary: String) throws -> String {
        let words = dictionary.split { " <>[]\n".contains($0) }
        let position = try #require(words.firstIndex(of: "/" + name[...]))
        try #require(words[position + 2] == "0" && words[position + 3] == "R")
        let number = try #require(Int(words[position + 1]))
        return try #require(objects[number])
    }

    func catalog() throws -> String { try object("Root", in: trailer) }

    func page() throws -> String { try object("Kids", in: object("Pages", in: catalog())) }

    /// The lines of the page's content, whose stated length is its length.
    func content() throws -> [String] {
        let stream = try object("Contents", in: page())
        let parts = stream.split(separator: "\nstream\n", maxSplits: 1)
        try #require(parts.count == 2 && parts[1].hasSuffix("\nendstream"))
        let content = parts[1].dropLast("\nendstream".count)
        try #require(parts[0] == "<< /Length \(content.count) >>")
        return content.split(separator: "\n").map(String.init)
    }

    /// What the page says, a string for each line on it, in WinAnsi.
    func texts() throws -> [[UInt8]] {
        try content().filter { $0.hasSuffix(" Tj ET") }.map { line in
            let digits = Array(line.dropFirst().prefix { $0 != ">" })
            return stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...($0 + 1)]), radix: 16)
            }
        }
    }
}
