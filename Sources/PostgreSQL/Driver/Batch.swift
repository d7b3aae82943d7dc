import CPostgreSQL
import SQLStatements

/// What goes to the server in one round trip: one script that writes, or one or more that read.
final class Batch {
    /// What the server answers in turn.
    enum Step {
        case prepare(PreparedKey)
        case begin
        case run(Int)
        case commit
        /// The end of a part that the server carries out or leaves by itself.
        case sync
        /// The sync after which everything is decided.
        case end
    }

    /// A statement of one of the scripts.
    struct Item {
        let job: Int
        let statement: Int
        let plan: StatementPlan
        let key: PreparedKey
    }

    let jobs: [Job]
    let items: [Item]
    var steps: [Step] = []
    private var cursor = 0
    private var results: [[SQLResult]]
    /// The first statement of a script whose expectation does not hold, as told without a failure.
    private var unmet: [Int?]
    private var unread: [DatabaseFailure?]
    private var error: (job: Int, item: Int?, error: ServerError)?
    private(set) var staleKey: PreparedKey?

    init(_ jobs: [Job], items: [Item]) {
        self.jobs = jobs
        self.items = items
        results = jobs.map { _ in [] }
        unmet = jobs.map { _ in nil }
        unread = jobs.map { _ in nil }
    }

    var step: Step { steps[cursor] }
    func advance() { cursor += 1 }

    /// One statement after which the server commits by itself, or several that it must be told are one transaction.
    static func needsTransaction(_ job: Job, explicit: Bool) -> Bool {
        job.script.isolation == .serializable
            || explicit && !job.script.isReadOnly && job.script.statements.count > 1
    }

    /// `failedPlans` are statements that could not be prepared, and why.
    func take(_ answer: OpaquePointer, failedPlans: [PreparedKey: ServerError]) {
        switch (PQresultStatus(answer), step) {
        case (PGRES_TUPLES_OK, .run(let item)), (PGRES_COMMAND_OK, .run(let item)): read(answer, of: item)
        case (PGRES_COMMAND_OK, .commit):
            guard error == nil, String(cString: PQcmdStatus(answer)) != "COMMIT" else { return }
            error = (0, nil, ServerError(rolledBack: ()))
        case (PGRES_TUPLES_OK, _), (PGRES_COMMAND_OK, _), (PGRES_PIPELINE_ABORTED, _): break
        default: fail(ServerError(answer), failedPlans: failedPlans)
        }
    }

    private func read(_ answer: OpaquePointer, of index: Int) {
        let item = items[index]
        do throws(DatabaseFailure) {
            let (result, isMet) = try item.plan.read(answer)
            results[item.job].append(result)
            if !isMet, unmet[item.job] == nil { unmet[item.job] = item.statement }
        } catch {
            results[item.job].append(SQLResult(rows: [], changed: 0))
            unread[item.job] = error
        }
    }

    private func fail(_ failure: ServerError, failedPlans: [PreparedKey: ServerError]) {
        guard error == nil else { return }
        guard case .run(let index) = step else {
            error = (0, nil, failure)
            return
        }
        let item = items[index]
        if failure.isStalePlan { staleKey = item.key }
        error = (item.job, index, failedPlans[item.key] ?? failure)
    }
}

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
            case .oneRow: pair.1.rows.count != 1
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
