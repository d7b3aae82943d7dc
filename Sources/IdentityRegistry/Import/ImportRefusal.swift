/// Why nothing of a file can be imported.
package enum ImportRefusal: Error, Sendable, Equatable {
    case tooLarge(maximumBytes: Int)
    case tooManyRows(maximum: Int)
    case tooManyColumns(maximum: Int)
    case empty
    /// The file begins as UTF-16 does.
    case notUTF8
    case malformedHeader(line: Int)
    case duplicateColumn(String)
    case missingColumns([String])
    case malformedJSON(line: Int)
}

extension ImportRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let maximum): "the file is larger than \(maximum >> 20) MiB; split it"
        case .tooManyRows(let maximum): "the file has more than \(maximum) rows; split it"
        case .tooManyColumns(let maximum): "the file has more than \(maximum) columns"
        case .empty: "the file is empty; it needs a header with the names of the columns"
        case .notUTF8: "the file is not UTF-8; save it as \"CSV UTF-8\""
        case .malformedHeader(let line): "line \(line): the header is malformed"
        case .duplicateColumn(let name): "the header has the column \(name) twice"
        case .missingColumns(let names): "the header lacks required columns: " + names.joined(separator: ", ")
        case .malformedJSON(let line): "line \(line): malformed JSON"
        }
    }
}
