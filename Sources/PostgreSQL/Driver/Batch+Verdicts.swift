import SQLStatements

extension Batch {
    /// What becomes of a script.
    enum Verdict {
        case done(SQLOutcome)
        case failed(DatabaseFailure)
        /// Nothing of it is left, and it may go better now, or a moment later.
        case again(afterPause: Bool, DatabaseFailure)
        /// It was not looked at, because of one before it.
        case passedOver
    }

    /// Once the last sync was answered.
    func verdict(of job: Int) -> Verdict {
        if let error, error.job < job { return .passedOver }
        if let error, error.job == job { return verdict(of: job, item: error.item, error.error) }
        if let failure = unread[job] { return .failed(failure) }
        return .done((unmet[job] ?? firstUnmet(of: job)).map(SQLOutcome.refused) ?? .done(results[job]))
    }

    private func verdict(of job: Int, item: Int?, _ error: ServerError) -> Verdict {
        if error.isRefusal, let item { return .done(.refused(at: items[item].statement)) }
        if error.isStalePlan { return .again(afterPause: false, error.failure) }
        return error.isConflict ? .again(afterPause: true, error.failure) : .failed(error.failure)
    }

    /// A script that only reads has nothing to undo: what it must hold is looked at here.
    private func firstUnmet(of job: Int) -> Int? {
        let script = jobs[job].script
        guard script.isReadOnly else { return nil }
        return zip(script.statements, results[job]).enumerated().first { _, pair in
            switch pair.0.expectation {
            case .any: false
            case .oneRow, .oneLockedRow: pair.1.rows.count != 1
            case .noRow: !pair.1.rows.isEmpty
            }
        }?.offset
    }

    /// Once the connection was lost. `isUndone` if the server surely did nothing of what was not answered.
    func verdictOfLoss(of job: Int, isUndone: Bool) -> Verdict {
        let script = jobs[job].script
        guard isUndone || script.isReadOnly || script.isIdempotent else {
            return .failed(
                DatabaseFailure(
                    .outcomeUnknown,
                    message: "the connection was lost before the answer came: what was asked may have been done"))
        }
        return .again(
            afterPause: false, DatabaseFailure(.unreachable, message: "the connection to the database was lost"))
    }

    /// Whether a server that stops at the current step has committed nothing.
    var isBeforeCommit: Bool {
        switch step {
        // A sync that is not the last stands after a PREPARE, or before a COMMIT.
        case .prepare, .begin, .run, .sync: true
        case .commit, .end: false
        }
    }
}
