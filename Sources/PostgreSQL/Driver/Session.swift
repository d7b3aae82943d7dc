import CPostgreSQL
import SQLStatements

/// What a statement is prepared as on a connection.
struct PreparedKey: Hashable {
    let plan: ObjectIdentifier
    let types: ParameterTypes
}

/// One connection in pipeline mode. Used by the driver's thread only.
final class Session {
    let handle: OpaquePointer
    private let isEncrypted: Bool
    private let preparesStatements: Bool
    private let explicitTransactions: Bool
    private var names: [PreparedKey: String] = [:]
    private var lastName = 0
    /// Scripts behind one whose statement could not be prepared fail for the same reason.
    private var failedPlans: [PreparedKey: ServerError] = [:]

    /// Under way, in the order in which the server answers.
    private(set) var batches: [Batch] = []
    /// How busy it is: what commits waits for a disk.
    private(set) var load = 0
    /// Nothing more is sent, and it is closed once nothing is under way.
    private(set) var isDraining = false
    private(set) var hasOutput = false
    /// When the server last answered, or was first asked.
    private var lastProgress = ContinuousClock.now
    private var shutdown: ServerError?
    private var stepHasAnswer = false
    private var lastWasEnd = false

    init(_ connection: NewConnection, settings: ConnectionSettings) {
        handle = connection.handle
        isEncrypted = PQsslInUse(handle) == 1
        preparesStatements = settings.preparedStatements
        explicitTransactions = settings.explicitTransactions
        // libpq writes notices to the standard error stream otherwise.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
    }

    /// False if the connection cannot be used.
    func start() -> Bool { PQsetnonblocking(handle, 1) == 0 && PQenterPipelineMode(handle) == 1 }

    var socket: Int32 { PQsocket(handle) }

    func close() { PQfinish(handle) }

    /// Whether nothing was heard for so long although something is under way.
    func isSilent(for time: Duration, at now: ContinuousClock.Instant) -> Bool {
        !batches.isEmpty && lastProgress.duration(to: now) > time
    }

    private static func weight(_ batch: Batch) -> Int { batch.jobs[0].script.isReadOnly ? batch.items.count : 4 }
}

// MARK: Sending

extension Session {
    /// Sends the scripts as one batch. False if the connection broke, and nothing of them is or will be done: without
    /// its last message the server carries out no part of a batch.
    func send(_ jobs: [Job], catalog: StatementCatalog, buffer: inout ParameterBuffer) -> Bool {
        let batch = Batch(jobs, items: items(of: jobs, catalog: catalog))
        let isTransaction = Batch.needsTransaction(jobs[0], explicit: explicitTransactions)
        guard !preparesStatements || batch.items.allSatisfy({ prepare($0, in: batch) }) else { return false }
        if isTransaction {
            let isolation = jobs[0].script.isolation
            guard control(isolation == .serializable ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN") else {
                return false
            }
            batch.steps.append(.begin)
        }
        for (index, item) in batch.items.enumerated() {
            guard send(item, of: batch, buffer: &buffer) else { return false }
            batch.steps.append(.run(index))
        }
        if isTransaction {
            // After a failure the server passes over everything up to here. The COMMIT that follows ends the failed
            // transaction by rolling it back, so that what stands behind it finds the connection clean.
            guard PQpipelineSync(handle) == 1, control("COMMIT") else { return false }
            batch.steps += [.sync, .commit]
        }
        // Without BEGIN everything up to the sync is one transaction of the server's own: statements in a pipeline
        // commit at the sync or, if one fails, not at all. That saves two statements, and no ROLLBACK is needed.
        guard PQpipelineSync(handle) == 1 else { return false }
        batch.steps.append(.end)
        if batches.isEmpty { lastProgress = .now }
        batches.append(batch)
        load += Self.weight(batch)
        return true
    }

    private func items(of jobs: [Job], catalog: StatementCatalog) -> [Batch.Item] {
        jobs.enumerated().flatMap { number, job in
            job.script.statements.enumerated().map { index, statement in
                let plan = catalog.plan(of: statement.sql, form: job.script.form(of: statement))
                let types = plan.types(of: statement.parameters)
                return Batch.Item(
                    job: number, statement: index, plan: plan,
                    key: PreparedKey(plan: ObjectIdentifier(plan), types: types))
            }
        }
    }

    /// A PREPARE has a sync of its own: it stands whatever becomes of the statements behind it.
    private func prepare(_ item: Batch.Item, in batch: Batch) -> Bool {
        guard names[item.key] == nil else { return true }
        lastName += 1
        let name = "s\(lastName)"
        let types = item.key.types.oids
        guard PQsendPrepare(handle, name, item.plan.text, Int32(types.count), types) == 1, PQpipelineSync(handle) == 1
        else { return false }
        names[item.key] = name
        batch.steps += [.prepare(item.key), .sync]
        return true
    }

    private func send(_ item: Batch.Item, of batch: Batch, buffer: inout ParameterBuffer) -> Bool {
        let parameters = batch.jobs[item.job].script.statements[item.statement].parameters
        let count = Int32(parameters.count)
        return buffer.withParameters(parameters) { values, lengths, formats in
            if let name = names[item.key] {
                return PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
            }
            return PQsendQueryParams(
                handle, item.plan.text, count, item.key.types.oids, values, lengths, formats, 1)
        } == 1
    }

    private func control(_ text: String) -> Bool {
        PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1) == 1
    }

    /// False if the connection broke.
    func flush() -> Bool {
        let status = PQflush(handle)
        hasOutput = status == 1
        return status >= 0
    }
}

// MARK: Receiving

extension Session {
    /// Reads what came; `decided` is called with each batch that is at its end. False if the connection broke.
    func receive(decided: (Batch) -> Void) -> Bool {
        // What came before the connection broke is still read.
        var isOpen = PQconsumeInput(handle) == 1
        // A TLS record may be longer than what is read at once, and its rest does not make the socket ready.
        if isOpen, isEncrypted { isOpen = PQconsumeInput(handle) == 1 }
        while let batch = batches.first, PQisBusy(handle) == 0 {
            guard let answer = PQgetResult(handle) else {
                guard endAnswer(of: batch) else { return false }
                continue
            }
            defer { PQclear(answer) }
            lastWasEnd = false
            lastProgress = .now
            if PQresultStatus(answer) == PGRES_PIPELINE_SYNC {
                if case .end = batch.step { finish(batch, decided: decided) } else { batch.advance() }
                stepHasAnswer = false
                continue
            }
            if case .prepare(let key) = batch.step {
                notePlan(key, answer)
            } else {
                batch.take(answer, failedPlans: failedPlans)
            }
            stepHasAnswer = true
            if PQresultStatus(answer) == PGRES_FATAL_ERROR, note(ServerError(answer)) { return false }
        }
        return isOpen && PQstatus(handle) != CONNECTION_BAD
    }

    /// libpq ends the answers of each statement with none; twice in a row it has lost count.
    private func endAnswer(of batch: Batch) -> Bool {
        defer { lastWasEnd = true }
        guard !lastWasEnd else { return false }
        switch batch.step {
        // A failure of the commit itself comes here; the sync is answered behind it.
        case .sync, .end: break
        default: if stepHasAnswer { batch.advance() }
        }
        stepHasAnswer = false
        return true
    }

    private func notePlan(_ key: PreparedKey, _ answer: OpaquePointer) {
        let isPrepared = PQresultStatus(answer) == PGRES_COMMAND_OK
        failedPlans[key] = isPrepared ? nil : ServerError(answer)
        if !isPrepared { names[key] = nil }
    }

    /// True if the connection ends with the error.
    private func note(_ error: ServerError) -> Bool {
        // After a failover the old server takes no writes; a new connection finds the one that does.
        if error.code == "25006" { isDraining = true }
        if error.isShutdown { shutdown = error }
        return error.isFatal
    }

    private func finish(_ batch: Batch, decided: (Batch) -> Void) {
        if let key = batch.staleKey { names[key] = nil }
        load -= Self.weight(batch)
        batches.removeFirst()
        decided(batch)
    }

    /// Everything under way when the connection was lost, and whether the server surely did nothing of it.
    func abandon() -> [(batch: Batch, isUndone: Bool)] {
        // A pooler may end the connection to us while the server behind it goes on.
        let isToldBySelf = shutdown != nil && preparesStatements
        defer { batches = [] }
        return batches.enumerated().map { index, batch in
            (batch, isToldBySelf && (index > 0 || batch.isBeforeCommit))
        }
    }
}

extension SQLScript {
    /// A script that only reads leaves nothing behind anyhow, so its expectations need no guard.
    fileprivate func form(of statement: SQLStatement) -> StatementForm {
        guard !isReadOnly else { return .plain }
        switch statement.expectation {
        case .any: return .plain
        case .oneRow: return statements.count == 1 ? .atMostOneRow : .oneRow
        case .noRow: return .noRow
        }
    }
}
