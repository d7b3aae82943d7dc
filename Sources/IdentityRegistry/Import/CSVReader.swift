/// Splits comma-separated values, RFC 4180, into rows: strict about quotes, and in step again on the next line.
///
/// Lines end in CRLF or LF. Blank lines are skipped.
struct CSVReader {
    struct Row {
        /// The line, from 1, on which the row begins.
        let line: Int
        var fields: [ArraySlice<UInt8>] = []
        /// Positions of fields with quotes out of place.
        var strayQuotes: [Int] = []
        /// The position of a field whose quotes the file never closes.
        var unterminatedQuote: Int?

        fileprivate var isBlank: Bool {
            fields.count == 1 && fields[0].isEmpty && strayQuotes.isEmpty && unterminatedQuote == nil
        }
    }

    private let bytes: [UInt8]
    private var offset: Int
    private var line = 1
    /// More fields of a row than this are counted but not kept.
    private let maximumFields: Int

    init(_ bytes: [UInt8], maximumFields: Int) {
        self.bytes = bytes
        self.maximumFields = maximumFields
        offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    mutating func nextRow() -> Row? {
        while offset < bytes.count {
            let row = readRow()
            if !row.isBlank { return row }
        }
        return nil
    }

    private mutating func readRow() -> Row {
        var row = Row(line: line)
        while true {
            let field = readField(into: &row)
            if row.fields.count <= maximumFields { row.fields.append(field) }
            guard offset < bytes.count else { return row }
            let separator = bytes[offset]
            offset += 1
            guard separator == comma else {
                line += 1
                return row
            }
        }
    }

    /// Reads up to the comma or line feed that ends the field, leaving it.
    private mutating func readField(into row: inout Row) -> ArraySlice<UInt8> {
        if offset < bytes.count, bytes[offset] == quote { return readQuotedField(into: &row) }
        let start = offset
        skipToSeparator()
        let field = withoutCarriageReturn(bytes[start..<offset])
        if field.contains(quote) { row.strayQuotes.append(row.fields.count) }
        return field
    }

    private mutating func readQuotedField(into row: inout Row) -> ArraySlice<UInt8> {
        offset += 1
        var start = offset
        var unescaped: ArraySlice<UInt8> = []
        while offset < bytes.count {
            if bytes[offset] == newline { line += 1 }
            guard bytes[offset] == quote else {
                offset += 1
                continue
            }
            let part = bytes[start..<offset]
            offset += 1
            guard offset < bytes.count, bytes[offset] == quote else {
                endQuotedField(of: &row)
                return unescaped.isEmpty ? part : unescaped + part
            }
            unescaped += part + [quote]
            offset += 1
            start = offset
        }
        row.unterminatedQuote = row.fields.count
        return []
    }

    /// After a closing quote only a separator may follow.
    private mutating func endQuotedField(of row: inout Row) {
        let start = offset
        skipToSeparator()
        if !withoutCarriageReturn(bytes[start..<offset]).isEmpty { row.strayQuotes.append(row.fields.count) }
    }

    private mutating func skipToSeparator() {
        while offset < bytes.count, bytes[offset] != comma, bytes[offset] != newline { offset += 1 }
    }

    /// `field` without the first half of a CRLF that follows it.
    private func withoutCarriageReturn(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isLastOfLine = field.endIndex == bytes.count || bytes[field.endIndex] == newline
        return isLastOfLine && field.last == UInt8(ascii: "\r") ? field.dropLast() : field
    }
}

private let comma = UInt8(ascii: ",")
private let quote = UInt8(ascii: "\"")
private let newline = UInt8(ascii: "\n")
