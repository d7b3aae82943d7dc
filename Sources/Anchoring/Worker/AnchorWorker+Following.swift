import Foundation

extension AnchorWorker {
    /// Looks what became of the transactions of a slot.
    ///
    /// - Returns: whether one of them still waits for a block.
    func follow(_ slot: AnchorSlot) async throws(AnchorFailure) -> Bool {
        var findings: [(record: AnchorRecord, finding: ChainRecord)] = []
        for record in slot.records {
            findings.append((record, try await chain.find(record.prepared.transaction, hint: record.block)))
        }
        for (record, finding) in findings {
            guard case .included(let block, let commitment, let confirmations) = finding else { continue }
            let others = slot.records.filter { $0.prepared.transaction != record.prepared.transaction }
            try await settle(record, in: block, saying: commitment, confirmations, others)
            return false
        }
        return try await wait(findings)
    }

    private func settle(
        _ record: AnchorRecord, in block: AnchorBlock, saying commitment: AnchorCommitment?,
        _ confirmations: UInt64, _ others: [AnchorRecord]
    ) async throws(AnchorFailure) {
        if let was = record.block, was.hash != block.hash { tell(.reorganized(record, was: was)) }
        let isDeep = confirmations >= policy.confirmations
        guard commitment == record.prepared.commitment else {
            tell(.reverted(try await change(record, to: .reverted, block: block, confirmations: confirmations)))
            return
        }
        let isNews = record.block?.hash != block.hash
        let state: AnchorRecord.State = isDeep ? .confirmed : .included
        if isNews || record.state != state || record.confirmations != confirmations {
            let changed = try await change(record, to: state, block: block, confirmations: confirmations)
            if isNews { tell(.included(changed)) }
            if isDeep, record.state != .confirmed { tell(.confirmed(changed)) }
        }
        for other in others {
            if isDeep {
                try await change(other, to: .replaced)
            } else if other.block != nil {
                // The chain has changed its mind about which of them it takes.
                try await change(other, to: .sent)
            }
        }
    }

    /// None of a slot's transactions is in the chain.
    private func wait(
        _ findings: [(record: AnchorRecord, finding: ChainRecord)]
    ) async throws(AnchorFailure) -> Bool {
        var waiting: [AnchorRecord] = []
        var isPending = false
        for (record, finding) in findings {
            if let was = record.block { tell(.reorganized(record, was: was)) }
            switch finding {
            case .conflicted: tell(.lost(try await change(record, to: .lost)))
            case .pending:
                isPending = true
                waiting.append(record.state == .sent ? record : try await change(record, to: .sent))
            case .unknown, .included:
                waiting.append(
                    record.block == nil && record.state != .confirmed
                        ? record : try await change(record, to: .sent))
            }
        }
        guard let newest = waiting.last else { return false }
        if !isPending, try await !sendAgain(newest, amongst: waiting) { return false }
        try await replaceIfStuck(waiting)
        return true
    }

    /// - Returns: false if none of the slot can be mined any more.
    private func sendAgain(
        _ newest: AnchorRecord, amongst waiting: [AnchorRecord]
    ) async throws(AnchorFailure) -> Bool {
        if try await send(newest) == .accepted {
            tell(.sentAgain(newest))
            return true
        }
        // Between the look and the attempt a block may have come with one of them.
        for record in waiting {
            switch try await chain.find(record.prepared.transaction, hint: nil) {
            case .included, .pending: return true
            case .unknown, .conflicted: continue
            }
        }
        for record in waiting { tell(.lost(try await change(record, to: .lost))) }
        return false
    }

    private func replaceIfStuck(_ waiting: [AnchorRecord]) async throws(AnchorFailure) {
        guard let newest = waiting.last,
            now() >= newest.preparedAt.addingTimeInterval(policy.stuckAfter.seconds)
        else { return }
        guard let prepared = try await chain.replacement(for: waiting.map(\.prepared)) else {
            return tell(.stuck(newest))
        }
        let replacing = try await record(prepared)
        do throws(AnchorFailure) {
            if try await send(replacing) == .accepted { tell(.replaced(newest, by: replacing)) }
        } catch {
            guard case .node(.refused) = error else { throw error }
            // Some networks take no replacement. The first goes on waiting, and another try is made as much later.
            tell(.stuck(newest))
        }
    }
}
