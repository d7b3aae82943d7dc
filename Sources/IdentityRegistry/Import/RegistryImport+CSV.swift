import RegistryRecords

extension RegistryImport {
    func readCSV(_ file: [UInt8]) throws(ImportRefusal) -> ImportOutcome {
        var reader = CSVReader(file, maximumFields: limits.columns)
        guard let first = reader.nextRow() else { throw .empty }
        let header = try CSVHeader(first, schema: schema, secretColumns: secretColumns, limits: limits)
        let cells = FieldReader(
            limits: limits, listSeparator: schema.listSeparator, images: ImageFiles(imageFile))
        var collector = RowCollector()
        for name in header.unknownNames { collector.noteUnknown(name) }
        while let row = reader.nextRow() {
            var draft = try collector.beginRow(line: row.line, maximum: limits.rows)
            header.read(row, with: cells, into: &draft)
            collector.finish(draft)
        }
        return collector.outcome
    }
}

/// Which field of the schema each column of a CSV file is.
private struct CSVHeader {
    private let names: [String]
    private let idPosition: Int
    private let columns: [(position: Int, field: RegistrySchema.Field)]
    private let secrets: [(position: Int, kind: SecretKind)]
    let unknownNames: [String]

    init(
        _ row: CSVReader.Row, schema: RegistrySchema, secretColumns: SecretColumns, limits: ImportLimits
    ) throws(ImportRefusal) {
        guard row.fields.count <= limits.columns else { throw .tooManyColumns(maximum: limits.columns) }
        guard row.strayQuotes.isEmpty, row.unterminatedQuote == nil else { throw .malformedHeader(line: row.line) }
        func isKnown(_ name: String) -> Bool {
            name == schema.idField || schema[name] != nil || secretColumns.kind(of: name) != nil
        }
        var positions: [String: Int] = [:]
        var names: [String] = []
        for field in row.fields {
            guard let name = String(validating: field, as: UTF8.self) else { throw .notUTF8 }
            if positions.updateValue(names.count, forKey: name) != nil, isKnown(name) { throw .duplicateColumn(name) }
            names.append(name)
        }
        let required = [schema.idField] + schema.fields.filter(\.isRequired).map(\.name)
        let missing = required.filter { positions[$0] == nil }
        guard missing.isEmpty, let idPosition = positions[schema.idField] else { throw .missingColumns(missing) }
        self.names = names
        self.idPosition = idPosition
        columns = schema.fields.compactMap { field in positions[field.name].map { ($0, field) } }
        secrets = secretColumns.all.compactMap { kind, name in positions[name].map { ($0, kind) } }
        unknownNames = names.filter { !isKnown($0) }
    }

    func read(_ row: CSVReader.Row, with cells: FieldReader, into draft: inout RowDraft) {
        draft.reasons = structuralFaults(of: row)
        guard draft.reasons.isEmpty else {
            // Behind a fault the columns may be shifted: only the first one is surely what it should be.
            if idPosition == 0, let id = text(row.fields.first), PersonIdentifier.check(id) { draft.id = id }
            return
        }
        draft.setID(text(row.fields[idPosition]))
        for (position, field) in columns {
            draft.set(field) { () throws(FieldFault) in
                try cells.value(ofCell: row.fields[position], as: field.type)
            }
        }
        for (position, kind) in secrets {
            draft.set(kind, in: names[position]) { () throws(FieldFault) in
                guard let text = String(validating: row.fields[position], as: UTF8.self) else { throw .invalidUTF8 }
                return text
            }
        }
    }

    private func structuralFaults(of row: CSVReader.Row) -> [RejectionReason] {
        var faults = row.strayQuotes.map { RejectionReason.strayQuote(column: name(at: $0)) }
        if let position = row.unterminatedQuote { faults.append(.unterminatedQuote(column: name(at: position))) }
        if faults.isEmpty, row.fields.count != names.count {
            faults.append(.columnCount(expected: names.count, found: row.fields.count))
        }
        return faults
    }

    private func name(at position: Int) -> String {
        position < names.count ? names[position] : "column \(position + 1)"
    }

    private func text(_ cell: ArraySlice<UInt8>?) -> String? {
        cell.map { String(decoding: $0, as: UTF8.self) }
    }
}
