import CPostgreSQL

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
