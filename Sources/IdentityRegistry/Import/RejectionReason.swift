/// Why a row was not imported. Names columns, never what the row says about the person.
package enum RejectionReason: Sendable, Equatable {
    case columnCount(expected: Int, found: Int)
    /// A quotation mark inside an unquoted field, or text after a closing one.
    case strayQuote(column: String)
    /// The file ends within quotes.
    case unterminatedQuote(column: String)
    case notAnObject
    case malformedJSON(line: Int)
    case missingID
    case malformedID
    case duplicateID(firstLine: Int)
    case field(String, FieldFault)
}

/// What is wrong with one field of a row.
package enum FieldFault: Error, Sendable, Equatable {
    case missing
    case invalidUTF8
    case tooLong(maximum: Int)
    case controlCharacter
    case notText
    case notAnInteger
    case notABoolean
    case notADate
    case notAList
    case emptyListElement
    case tooManyElements(maximum: Int)
    case image(ImageFault)
    /// Of a column of passwords or PINs.
    case secret(SecretRuleFault)
}

extension RejectionReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .columnCount(let expected, let found): "\(found) columns where the header has \(expected)"
        case .strayQuote(let column): "\(column): a quotation mark in the wrong place (write it twice, within quotes)"
        case .unterminatedQuote(let column): "\(column): quotes that are never closed; nothing after them was read"
        case .notAnObject: "not a JSON object"
        case .malformedJSON(let line): "malformed JSON on line \(line)"
        case .missingID: "the identifier is missing"
        case .malformedID: "the identifier is not 1 to \(PersonIdentifier.maximumCharacters) visible ASCII characters"
        case .duplicateID(let firstLine): "the identifier is already used on line \(firstLine)"
        case .field(let column, let fault): "\(column): \(fault)"
        }
    }
}

extension FieldFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "required but missing"
        case .invalidUTF8: "not UTF-8"
        case .tooLong(let maximum): "longer than \(maximum) characters"
        case .controlCharacter: "has a control character"
        case .notText: "not a text"
        case .notAnInteger: "not a whole number"
        case .notABoolean: "neither true nor false"
        case .notADate: "not a date written as YYYY-MM-DD"
        case .notAList: "not a list of texts"
        case .emptyListElement: "has an empty entry"
        case .tooManyElements(let maximum): "has more than \(maximum) entries"
        case .image(let fault): fault.description
        case .secret(let fault): fault.description
        }
    }
}

extension ImageFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .name: "not a usable file name (letters, digits, '.', '_', '-' and '/', inside the image folder)"
        case .unreadable: "the image file is missing or cannot be read"
        case .tooLarge: "the image is too large"
        case .format: "neither a JPEG nor a PNG image"
        }
    }
}
