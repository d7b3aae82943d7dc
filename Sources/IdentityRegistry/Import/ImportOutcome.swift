package import RegistryRecords

/// What an import found: the good records in the order of the file, and why every other row is not among them.
package struct ImportOutcome: Sendable, Equatable {
    package var records: [PersonRecord] = []
    /// Of those people of ``records`` whose rows have a password or PIN.
    package var secrets: [ImportedSecrets] = []
    package var rejections: [RowRejection] = []
    /// Columns, or members of JSON objects, that the schema does not know and that were left out, in order of appearance.
    package var unknownColumns: [String] = []

    package init() {}
}

/// One row that was not imported, and every reason why.
package struct RowRejection: Sendable, Equatable {
    /// The line of the file, from 1, on which the row begins.
    package let line: Int
    /// The row's number, from 1; the header is not counted.
    package let index: Int
    /// The person's identifier if the row has a well-formed one.
    package let id: String?
    package let reasons: [RejectionReason]

    package init(line: Int, index: Int, id: String?, reasons: [RejectionReason]) {
        (self.line, self.index, self.id, self.reasons) = (line, index, id, reasons)
    }
}

extension RowRejection: CustomStringConvertible {
    package var description: String {
        let person = id.map { " (\($0))" } ?? ""
        return "line \(line)\(person): " + reasons.map(\.description).joined(separator: "; ")
    }
}
