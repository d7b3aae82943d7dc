package import DataSharing
import WireFormats

/// A market's data in a file. In CSV the first line names the columns: `subject`, then claims, those within objects as
/// `address.city`; an empty field is no claim. In JSON it is a list of objects with `subject` and `claims`.
package struct MarketFile: MarketData {
    package enum Form: Sendable {
        case csv
        case json
    }

    private let text: [UInt8]
    private let form: Form
    private let definition: ScopeDefinition

    /// - Parameter definition: tells what type the text of a CSV field stands for.
    package init(_ text: [UInt8], form: Form, definition: ScopeDefinition) {
        (self.text, self.form, self.definition) = (text, form, definition)
    }

    package func rows() throws -> [MarketRow] {
        switch form {
        case .csv: try csv()
        case .json: try json()
        }
    }

    private func json() throws(MarketDataFault) -> [MarketRow] {
        let limits = JSONLimits(depth: 16, values: 5_000_000)
        guard let list = (try? JSON(parsing: text, limits: limits))?.array else {
            throw MarketDataFault("a JSON list is expected")
        }
        var rows: [MarketRow] = []
        for (index, element) in list.enumerated() {
            guard let subject = element["subject"]?.string, let claims = element["claims"]?.object else {
                throw MarketDataFault("element \(index + 1): subject and claims are expected")
            }
            rows.append(MarketRow(subject: subject, values: claims, place: .element(index + 1)))
        }
        return rows
    }

    private func csv() throws(MarketDataFault) -> [MarketRow] {
        guard let text = String(strictUTF8: text[...]) else { throw MarketDataFault("it is not UTF-8") }
        let records = try CommaSeparated.parse(text)
        let columns = try MarketColumns(records.first?.fields ?? [], of: definition, at: .line(1))
        var rows: [MarketRow] = []
        for (line, fields) in records.dropFirst() {
            rows.append(try columns.row(fields.map { $0.isEmpty ? nil : $0 }, at: .line(line)))
        }
        return rows
    }
}
