import RegistryRecords
import WireFormats

extension RegistryImport {
    func readJSON(_ file: [UInt8]) throws(ImportRefusal) -> ImportOutcome {
        let text = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file[3...]) : file
        var elements = JSONElements(text)
        let values = FieldReader(
            limits: limits, listSeparator: schema.listSeparator, images: ImageFiles(imageFile))
        var collector = RowCollector()
        while let element = try elements.next() {
            var draft = try collector.beginRow(line: element.line, maximum: limits.rows)
            if let object = object(in: element, of: &draft) {
                try read(object, with: values, into: &draft)
                for name in object.names where !isKnown(name) {
                    collector.noteUnknown(name)
                }
            }
            collector.finish(draft)
        }
        return collector.outcome
    }

    private func isKnown(_ name: String) -> Bool {
        name == schema.idField || schema[name] != nil || secretColumns.kind(of: name) != nil
    }

    private func object(in element: JSONElements.Element, of draft: inout RowDraft) -> JSONObject? {
        do throws(JSONMalformation) {
            let bytes = Array(element.bytes)
            let json = try JSON(parsing: bytes, limits: JSONLimits(depth: 3, values: 65_536))
            if let object = json.object { return object }
            draft.reasons.append(.notAnObject)
        } catch {
            let end = element.bytes.startIndex + (error.offset ?? element.bytes.count)
            let newlines = element.bytes.prefix(upTo: end).count { $0 == UInt8(ascii: "\n") }
            draft.reasons.append(.malformedJSON(line: element.line + newlines))
        }
        return nil
    }

    private func read(
        _ object: JSONObject, with values: FieldReader, into draft: inout RowDraft
    ) throws(ImportRefusal) {
        guard object.members.count <= limits.columns else { throw .tooManyColumns(maximum: limits.columns) }
        switch object[schema.idField] {
        case .string(let id)?: draft.setID(id)
        case .integer(let number)?: draft.setID(String(number))
        case nil, .null?: draft.setID(nil)
        default: draft.reasons.append(.malformedID)
        }
        for field in schema.fields {
            draft.set(field) { () throws(FieldFault) in try values.value(of: object[field.name], as: field.type) }
        }
        for (kind, name) in secretColumns.all {
            draft.set(kind, in: name) { () throws(FieldFault) in
                switch object[name] {
                case nil, .null?: return nil
                case .string(let text)?: return text
                // A PIN as a number would have lost its zeros.
                default: throw .notText
                }
            }
        }
    }
}

extension JSONMalformation {
    /// Nil for the end of the text.
    fileprivate var offset: Int? {
        switch self {
        case .unexpectedEnd: nil
        case .unexpectedByte(let offset), .trailingBytes(let offset), .invalidUTF8(let offset),
            .invalidEscape(let offset), .invalidNumber(let offset), .duplicateName(let offset), .tooDeep(let offset),
            .tooManyValues(let offset):
            offset
        }
    }
}
