import CPostgreSQL
import Foundation
import SQLStatements

/// A statement in the form in which it is sent, with what is known about its parameters. Used by one thread.
final class StatementPlan {
    let text: UnsafeMutablePointer<CChar>
    let form: StatementForm
    let givesRows: Bool
    let isChange: Bool
    private var known = ParameterTypes()

    init(_ sql: SQL, form: StatementForm) {
        let guarded = GuardedText(sql.text.description, form: form)
        text = strdup(guarded.text)
        self.form = form
        givesRows = guarded.givesRows
        isChange = guarded.isChange
    }

    deinit { free(text) }

    /// What a result of the statement says, and whether what it must hold does.
    func read(_ answer: OpaquePointer) throws(DatabaseFailure) -> (result: SQLResult, isMet: Bool) {
        let decoder = RowDecoder(result: answer)
        guard form != .plain else {
            let rows = try decoder.rows(dropping: 0)
            return (SQLResult(rows: rows, changed: isChange ? decoder.changed : 0), true)
        }
        let count = try decoder.lastNumber()
        let rows = givesRows && count > 0 ? try decoder.rows(dropping: 1) : []
        return (SQLResult(rows: rows, changed: isChange ? Int(count) : 0), form == .noRow || count == 1)
    }

    /// The types to prepare with. A null has none of its own: it takes the type that was seen in its place before.
    func types(of parameters: [SQLValue]) -> ParameterTypes {
        let types = ParameterTypes(parameters).filled(from: known)
        known = types
        return types
    }
}

/// The plans of every statement that was sent so far.
final class StatementCatalog {
    private struct Key: Hashable {
        let sql: SQL
        let form: StatementForm
    }

    private var plans: [Key: StatementPlan] = [:]

    func plan(of sql: SQL, form: StatementForm) -> StatementPlan {
        let key = Key(sql: sql, form: form)
        if let plan = plans[key] { return plan }
        let plan = StatementPlan(sql, form: form)
        plans[key] = plan
        return plan
    }
}

/// The types of a statement's parameters, two bits each: 0 unknown, 1 bigint, 2 text, 3 bytea.
struct ParameterTypes: Hashable {
    static let limit = 64
    private static let identifiers: [Oid] = [0, 20, 25, 17]

    private var bits: UInt128 = 0
    private(set) var count = 0

    init() {}

    init(_ parameters: [SQLValue]) {
        count = parameters.count
        for (index, parameter) in parameters.enumerated() {
            let type: UInt128 =
                switch parameter {
                case .null: 0
                case .integer: 1
                case .text: 2
                case .bytes: 3
                }
            bits |= type << (2 * index)
        }
    }

    /// With the types of `known` where there is none.
    func filled(from known: ParameterTypes) -> ParameterTypes {
        var filled = self
        for index in 0..<min(count, known.count) where (bits >> (2 * index)) & 3 == 0 {
            filled.bits |= known.bits & (3 << (2 * index))
        }
        return filled
    }

    var oids: [Oid] { (0..<count).map { Self.identifiers[Int((bits >> (2 * $0)) & 3)] } }
}
