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
            rows.append(MarketRow(subject: subject, values: claims, number: index + 1))
        }
        return rows
    }

    private func csv() throws(MarketDataFault) -> [MarketRow] {
        guard let text = String(strictUTF8: text[...]) else { throw MarketDataFault("it is not UTF-8") }
        let records = try CommaSeparated.parse(text)
        guard let header = records.first?.fields, let subject = header.firstIndex(of: "subject") else {
            throw MarketDataFault("line 1: a column named subject is expected")
        }
        guard Set(header).count == header.count else { throw MarketDataFault("line 1: a column stands there twice") }
        var columns: [(index: Int, path: [String], rule: ScopeClaimRule)] = []
        for (index, name) in header.enumerated() where index != subject {
            let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard let rule = definition.claims.rule(at: path[...]) else {
                throw MarketDataFault("line 1: the definition has no claim for column \(index + 1)")
            }
            columns.append((index, path, rule))
        }
        var rows: [MarketRow] = []
        for (line, fields) in records.dropFirst() {
            guard fields.count == header.count else {
                throw MarketDataFault("line \(line): \(header.count) fields are expected")
            }
            var values = JSONObject()
            for column in columns where !fields[column.index].isEmpty {
                guard let value = Self.value(of: fields[column.index], column.rule) else {
                    throw MarketDataFault(
                        "line \(line): \(column.path.joined(separator: ".")): \(column.rule.type.rawValue) is expected")
                }
                values.set(value, at: column.path[...])
            }
            rows.append(MarketRow(subject: fields[subject], values: values, number: line))
        }
        return rows
    }

    private static func value(of text: String, _ rule: ScopeClaimRule) -> JSON? {
        switch rule {
        case .boolean: ["true": JSON.bool(true), "false": .bool(false)][text]
        case .integer: Int64(text).map(JSON.integer)
        case .float:
            // As JSON writes numbers, so that the text is kept.
            (try? JSON(parsing: Array(text.utf8))).flatMap { $0.number == nil ? nil : $0 }
        case .text: .string(text)
        case .object: nil
        }
    }
}

extension [ScopeClaim] {
    fileprivate func rule(at path: ArraySlice<String>) -> ScopeClaimRule? {
        guard let name = path.first, let claim = first(where: { $0.name == name }) else { return nil }
        guard path.count > 1 else { return claim.rule.type == .object ? nil : claim.rule }
        guard case .object(let inner) = claim.rule else { return nil }
        return inner.rule(at: path.dropFirst())
    }
}

extension JSONObject {
    fileprivate mutating func set(_ value: JSON, at path: ArraySlice<String>) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            self[name] = value
            return
        }
        var inner = self[name]?.object ?? JSONObject()
        inner.set(value, at: path.dropFirst())
        self[name] = .object(inner)
    }
}
