import CPostgreSQL
import SQLStatements

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

extension SQLScript {
    /// A script that only reads leaves nothing behind anyhow, so its expectations need no guard.
    fileprivate func form(of statement: SQLStatement) -> StatementForm {
        guard !isReadOnly else { return .plain }
        switch statement.expectation {
        case .any: return .plain
        case .oneRow: return statements.count == 1 ? .atMostOneRow : .oneRow
        case .oneLockedRow: return .oneLockedRow
        case .noRow: return .noRow
        }
    }
}
