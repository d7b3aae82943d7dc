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
    private(set) var results: [[SQLResult]]
    /// The first statement of a script whose expectation does not hold, as told without a failure.
    private(set) var unmet: [Int?]
    private(set) var unread: [DatabaseFailure?]
    private(set) var error: (job: Int, item: Int?, error: ServerError)?
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
