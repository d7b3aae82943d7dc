import Logging
import SQLStatements

extension Driver {
    /// Gives each script of a batch what became of it.
    func decide(_ batch: Batch) {
        for (index, job) in batch.jobs.enumerated() { settle(job, batch.verdict(of: index)) }
    }

    private func settle(_ job: Job, _ verdict: Batch.Verdict) {
        switch verdict {
        case .done(let outcome): job.finish(outcome)
        case .failed(let failure): job.fail(failure)
        case .passedOver: waiting.putBack(job)
        case .again(let afterPause, let failure):
            guard job.retries < options.retries else { return job.fail(failure) }
            job.retries += 1
            counting.retries.count()
            job.waitsUntil = .now + options.acquireTimeout
            guard afterPause else { return waiting.putBack(job) }
            let pause = 0.005 * Double(1 << job.retries) * Double.random(in: 0.25...1)
            paused.append((.now + .seconds(pause), job))
        }
    }

    /// Lets go of a connection that broke and has another one made.
    func lose(_ session: Session) {
        sessions.removeAll { $0 === session }
        counting.openConnections.count(-1)
        let abandoned = session.abandon()
        session.close()
        for (batch, isUndone) in abandoned {
            for (index, job) in batch.jobs.enumerated() {
                settle(job, batch.verdictOfLoss(of: index, isUndone: isUndone))
            }
        }
        guard stopsAt == nil else { return }
        logger.warning("a connection to the database was lost", metadata: ["under way": "\(abandoned.count)"])
        connector.replace()
    }

    func resumePaused(at now: ContinuousClock.Instant) {
        guard !paused.isEmpty else { return }
        let isDue = { (until: ContinuousClock.Instant) in until <= now || self.stopsAt != nil }
        waiting.append(paused.filter { isDue($0.until) }.map(\.job))
        paused.removeAll { isDue($0.until) }
    }

    /// Fails what has waited too long, and lets go of connections that are silent although they should not be.
    func expire(at now: ContinuousClock.Instant) {
        if !waiting.isEmpty {
            for job in waiting.remove(where: { $0.waitsUntil <= now || stopsAt != nil && sessions.isEmpty }) {
                job.fail(failureOfWaiting)
            }
        }
        let isOverdue = stopsAt.map { $0 <= now } ?? false
        // A server that is there ends a statement itself when its time is over.
        let silence = options.statementTimeout + Self.patience
        for session in sessions where isOverdue || session.isSilent(for: silence, at: now) { lose(session) }
    }

    private var failureOfWaiting: DatabaseFailure {
        if stopsAt != nil { return DatabaseFailure(.closed, message: "the database is closed") }
        guard sessions.isEmpty else {
            return DatabaseFailure(.overloaded, message: "every connection to the database is busy")
        }
        guard let lastFailure else {
            return DatabaseFailure(.unreachable, message: "there is no connection to the database yet")
        }
        return lastFailure
    }

    func failCancelled() {
        for job in waiting.remove(where: \.cancellation.isCancelled) { job.failCancelled() }
        for (_, job) in paused where job.cancellation.isCancelled { job.failCancelled() }
        paused.removeAll { $0.job.cancellation.isCancelled }
    }

    /// Milliseconds; -1 for as long as nothing comes.
    func longestSleep(at now: ContinuousClock.Instant) -> Int32 {
        let next = paused.map(\.until).min().map { max(0, now.duration(to: $0).milliseconds + 1) }
        let isWaiting = !waiting.isEmpty
        let isAsking = sessions.contains { !$0.batches.isEmpty }
        let other: Int64? = isWaiting || stopsAt != nil ? 50 : isAsking ? 1000 : nil
        return Int32([next, other].compactMap(\.self).min() ?? -1)
    }

    var isDone: Bool {
        stopsAt != nil && waiting.isEmpty && paused.isEmpty && sessions.allSatisfy(\.batches.isEmpty)
    }

    func end() {
        for session in sessions { session.close() }
        counting.openConnections.count(-sessions.count)
        sessions = []
        let mail = mailbox.close()
        for connection in mail.connections { Session(connection, settings: settings).close() }
        for job in mail.jobs { job.fail(DatabaseFailure(.closed, message: "the database is closed")) }
        started.give(.failure(DatabaseFailure(.closed, message: "the database is closed")))
        ended.give(())
    }
}

extension Job {
    func failCancelled() { fail(DatabaseFailure(.cancelled, message: "nobody waits for the database any more")) }
}
