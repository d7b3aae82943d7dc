import RegistryRecords
import WireFormats

/// Turns a cell's text or a JSON value into a value of a field's type. Nil stands for an empty one.
struct FieldReader {
    let limits: ImportLimits
    let listSeparator: Character
    let images: ImageFiles

    // MARK: CSV

    func value(ofCell cell: ArraySlice<UInt8>, as type: FieldType) throws(FieldFault) -> FieldValue? {
        guard !cell.isEmpty else { return nil }
        guard let text = String(validating: cell, as: UTF8.self) else { throw .invalidUTF8 }
        switch type {
        case .text: return .text(try checked(text))
        case .integer: return .integer(try integer(text))
        case .boolean: return .boolean(try boolean(text))
        case .date: return .date(try date(text))
        case .image: return .image(try image(named: text))
        case .list:
            let elements = text.split(separator: listSeparator, omittingEmptySubsequences: false)
            return .list(try checked(elements.map { String($0.trimmingSpaces) }))
        }
    }

    private func integer(_ text: String) throws(FieldFault) -> Int64 {
        // Int64(_:) takes a plus sign too.
        guard text.utf8.first != UInt8(ascii: "+"), let number = Int64(text) else { throw .notAnInteger }
        return number
    }

    private func boolean(_ text: String) throws(FieldFault) -> Bool {
        switch text.lowercased() {
        case "true", "yes", "1": return true
        case "false", "no", "0": return false
        default: throw .notABoolean
        }
    }

    private func date(_ text: String) throws(FieldFault) -> FullDate {
        guard let date = FullDate(text) else { throw .notADate }
        return date
    }

    private func image(named name: String) throws(FieldFault) -> ImageData {
        do { return try images.image(named: name) } catch { throw .image(error) }
    }

    // MARK: JSON

    func value(of json: JSON?, as type: FieldType) throws(FieldFault) -> FieldValue? {
        guard let json, json != .null, json != .string(""), json != .array([]) else { return nil }
        switch type {
        case .text:
            guard let text = json.string else { throw .notText }
            return .text(try checked(text))
        case .integer:
            guard let number = json.integer else { throw .notAnInteger }
            return .integer(number)
        case .boolean:
            guard let truth = json.bool else { throw .notABoolean }
            return .boolean(truth)
        case .date: return .date(try date(json.string ?? ""))
        case .image:
            guard let text = json.string else { throw .notText }
            return .image(try image(namedOrIn: text))
        case .list: return .list(try list(json))
        }
    }

    private func image(namedOrIn text: String) throws(FieldFault) -> ImageData {
        guard text.hasPrefix("data:") else { return try image(named: text) }
        do { return try ImageData(dataURI: text) } catch { throw .image(ImageFault(error)) }
    }

    private func list(_ json: JSON) throws(FieldFault) -> [String] {
        guard let elements = json.array else { throw .notAList }
        let texts = elements.compactMap(\.string)
        guard texts.count == elements.count else { throw .notAList }
        return try checked(texts)
    }

    // MARK: Texts

    private func checked(_ texts: [String]) throws(FieldFault) -> [String] {
        guard texts.count <= limits.listElements else { throw .tooManyElements(maximum: limits.listElements) }
        for text in texts {
            guard !text.isEmpty else { throw .emptyListElement }
            _ = try checked(text)
        }
        return texts
    }

    private func checked(_ text: String) throws(FieldFault) -> String {
        guard text.utf8.count <= limits.characters || text.unicodeScalars.count <= limits.characters else {
            throw .tooLong(maximum: limits.characters)
        }
        guard !text.unicodeScalars.contains(where: \.isForbidden) else { throw .controlCharacter }
        return text
    }
}

extension Unicode.Scalar {
    /// A control character other than the line breaks and tabs of an address.
    fileprivate var isForbidden: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D: false
        case 0...0x1F, 0x7F...0x9F: true
        default: false
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var rest = drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
