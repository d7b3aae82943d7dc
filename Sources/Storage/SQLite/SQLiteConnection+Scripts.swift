import SQLStatements

/// A script was refused after it had changed something. What it did is still there: it is to be undone.
struct RefusedAfterChanges: Error {
    let index: Int
}

extension SQLiteConnection {
    /// Runs the statements of a script within a transaction that is open. Throws ``RefusedAfterChanges`` too.
    func run(_ script: SQLScript) throws -> SQLOutcome {
        var results: [SQLResult] = []
        results.reserveCapacity(script.statements.count)
        var hasChanged = false
        for (index, statement) in script.statements.enumerated() {
            let result = try run(statement.sql, statement.parameters)
            guard statement.isMet(by: result) else {
                if hasChanged || result.changed > 0 { throw RefusedAfterChanges(index: index) }
                return .refused(at: index)
            }
            hasChanged = hasChanged || result.changed > 0
            results.append(result)
        }
        return .done(results)
    }

    /// As ``run(_:)``, and undoes what a refused script did.
    func runUndoably(_ script: SQLScript) throws -> SQLOutcome {
        try run("SAVEPOINT script")
        do {
            let outcome = try run(script)
            try run("RELEASE script")
            return outcome
        } catch let refusal as RefusedAfterChanges {
            try run("ROLLBACK TO script")
            try run("RELEASE script")
            return .refused(at: refusal.index)
        }
    }
}

extension SQLStatement {
    fileprivate func isMet(by result: SQLResult) -> Bool {
        switch expectation {
        case .any: true
        case .oneRow, .oneLockedRow: max(result.rows.count, result.changed) == 1
        case .noRow: result.rows.isEmpty && result.changed == 0
        }
    }
}
