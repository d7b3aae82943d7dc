import RegistryRecords

/// One row while it is read.
struct RowDraft {
    let line: Int
    let index: Int
    var id: String?
    var fields: [String: FieldValue] = [:]
    var secrets: [SecretKind: ImportedSecrets.Secret] = [:]
    var reasons: [RejectionReason] = []

    mutating func setID(_ text: String?) {
        guard let text, !text.isEmpty else {
            reasons.append(.missingID)
            return
        }
        guard PersonIdentifier.check(text) else {
            reasons.append(.malformedID)
            return
        }
        id = text
    }

    /// Stores what `read` gives, or its fault.
    mutating func set(_ field: RegistrySchema.Field, _ read: () throws(FieldFault) -> FieldValue?) {
        do throws(FieldFault) {
            if let value = try read() {
                fields[field.name] = value
            } else if field.isRequired {
                throw .missing
            }
        } catch {
            reasons.append(.field(field.name, error))
        }
    }

    /// Keeps the password or PIN that `read` gives, nil for none, or its fault.
    mutating func set(_ kind: SecretKind, in column: String, _ read: () throws(FieldFault) -> String?) {
        do throws(FieldFault) {
            guard let text = try read(), !text.isEmpty else { return }
            do throws(SecretRuleFault) {
                secrets[kind] = try ImportedSecrets.Secret(text, as: kind)
            } catch {
                throw .secret(error)
            }
        } catch {
            reasons.append(.field(column, error))
        }
    }
}

/// Sorts finished rows into records and rejections.
struct RowCollector {
    private(set) var outcome = ImportOutcome()
    private var lineOfID: [String: Int] = [:]
    private var unknownNames: Set<String> = []
    private(set) var rows = 0

    /// A draft of the next row.
    mutating func beginRow(line: Int, maximum: Int) throws(ImportRefusal) -> RowDraft {
        guard rows < maximum else { throw .tooManyRows(maximum: maximum) }
        rows += 1
        return RowDraft(line: line, index: rows)
    }

    mutating func finish(_ draft: RowDraft) {
        var reasons = draft.reasons
        if let id = draft.id {
            if let firstLine = lineOfID[id] {
                reasons.append(.duplicateID(firstLine: firstLine))
            } else {
                lineOfID[id] = draft.line
            }
        }
        if let id = draft.id, reasons.isEmpty {
            outcome.records.append(PersonRecord(id: id, fields: draft.fields))
            if !draft.secrets.isEmpty {
                outcome.secrets.append(ImportedSecrets(person: id, secrets: draft.secrets))
            }
        } else {
            outcome.rejections.append(
                RowRejection(line: draft.line, index: draft.index, id: draft.id, reasons: reasons))
        }
    }

    mutating func noteUnknown(_ name: String) {
        guard unknownNames.insert(name).inserted else { return }
        outcome.unknownColumns.append(Self.printable(name))
    }

    /// Short and on one line, whatever a file has where names should be.
    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(name.unicodeScalars.prefix(64).map { $0.properties.isControl ? "\u{FFFD}" : $0 }))
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control }
}
