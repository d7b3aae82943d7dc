package import DataSharing
import WireFormats

/// What the columns of a market's table mean: `subject`, then claims, those within objects as `address.city`.
package struct MarketColumns: Sendable {
    private let count: Int
    private let subject: Int
    private let claims: [(index: Int, path: [String], rule: ScopeClaimRule)]

    /// - Parameters:
    ///   - definition: tells what type the text of a field stands for.
    ///   - place: where the names stand; nil where that needs no saying.
    package init(
        _ names: [String], of definition: ScopeDefinition, at place: MarketRow.Place?
    ) throws(MarketDataFault) {
        let prefix = place.map { "\($0): " } ?? ""
        guard let subject = names.firstIndex(of: "subject") else {
            throw MarketDataFault(prefix + "a column named subject is expected")
        }
        guard Set(names).count == names.count else { throw MarketDataFault(prefix + "a column stands there twice") }
        var claims: [(index: Int, path: [String], rule: ScopeClaimRule)] = []
        for (index, name) in names.enumerated() where index != subject {
            let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard let rule = definition.claims.rule(at: path[...]) else {
                throw MarketDataFault(prefix + "the definition has no claim for column \(index + 1)")
            }
            claims.append((index, path, rule))
        }
        (count, self.subject, self.claims) = (names.count, subject, claims)
    }

    /// - Parameter fields: nil where there is no claim.
    package func row(_ fields: [String?], at place: MarketRow.Place) throws(MarketDataFault) -> MarketRow {
        guard fields.count == count else { throw MarketDataFault("\(place): \(count) fields are expected") }
        var values = JSONObject()
        for claim in claims {
            guard let text = fields[claim.index] else { continue }
            guard let value = Self.value(of: text, claim.rule) else {
                throw MarketDataFault(
                    "\(place): \(claim.path.joined(separator: ".")): \(claim.rule.type.rawValue) is expected")
            }
            values.set(value, at: claim.path[...])
        }
        return MarketRow(subject: fields[subject] ?? "", values: values, place: place)
    }

    private static func value(of text: String, _ rule: ScopeClaimRule) -> JSON? {
        switch rule {
        // As files say it, PostgreSQL, and SQLite, which has numbers only.
        case .boolean: ["true": JSON.bool(true), "false": false, "t": true, "f": false, "1": true, "0": false][text]
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
