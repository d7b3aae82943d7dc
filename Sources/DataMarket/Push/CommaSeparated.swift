/// Comma-separated values, RFC 4180, in UTF-8.
package enum CommaSeparated {
    /// The records with their fields, and the line that each begins at.
    ///
    /// - Parameter text: lines end with LF or CRLF; an empty line is no record.
    package static func parse(_ text: String) throws(MarketDataFault) -> [(line: Int, fields: [String])] {
        var records: [(Int, [String])] = []
        var fields: [String] = []
        var field = String.UnicodeScalarView()
        var (line, start) = (1, 1)
        var (isQuoted, wasQuoted) = (false, false)
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        func endRecord() {
            if fields.isEmpty, field.isEmpty, !wasQuoted { return }
            records.append((start, fields + [String(field)]))
            (fields, field, wasQuoted) = ([], String.UnicodeScalarView(), false)
        }
        while let scalar = scalars.popFirst() {
            if scalar == "\n" { line += 1 }
            if isQuoted {
                guard scalar == "\"" else {
                    field.append(scalar)
                    continue
                }
                if scalars.first == "\"" {
                    field.append("\"")
                    scalars.removeFirst()
                } else {
                    isQuoted = false
                }
                continue
            }
            switch scalar {
            case "\"":
                guard field.isEmpty, !wasQuoted else {
                    throw MarketDataFault("line \(line): a quotation mark in the middle of a field")
                }
                (isQuoted, wasQuoted) = (true, true)
            case ",":
                fields.append(String(field))
                (field, wasQuoted) = (String.UnicodeScalarView(), false)
            case "\r" where scalars.first == "\n": continue
            case "\n":
                endRecord()
                start = line
            default:
                guard !wasQuoted else { throw MarketDataFault("line \(line): text after a quoted field") }
                field.append(scalar)
            }
        }
        guard !isQuoted else { throw MarketDataFault("line \(start): a quoted field does not end") }
        endRecord()
        return records
    }
}
