/// Those who wait for the index of a pending entry.
struct LedgerWaiters {
    enum Answer: Sendable {
        case index(UInt64)
        /// Another process may have taken the entry in.
        case look
        case cancelled
        case stopped
    }

    private var last: UInt64 = 0
    private var continuations: [UInt64: (id: [UInt8], continuation: CheckedContinuation<Answer, Never>)] = [:]
    private var ticketsByID: [[UInt8]: [UInt64]] = [:]

    /// Those who wait now.
    var tickets: [UInt64] { Array(continuations.keys) }

    mutating func nextTicket() -> UInt64 {
        last += 1
        return last
    }

    mutating func add(_ ticket: UInt64, _ id: [UInt8], _ continuation: CheckedContinuation<Answer, Never>) {
        continuations[ticket] = (id, continuation)
        ticketsByID[id, default: []].append(ticket)
    }

    mutating func resume(_ id: [UInt8], _ answer: Answer) {
        for ticket in ticketsByID.removeValue(forKey: id) ?? [] {
            continuations.removeValue(forKey: ticket)?.continuation.resume(returning: answer)
        }
    }

    mutating func resume(_ tickets: [UInt64], except ids: [[UInt8]], _ answer: Answer) {
        guard !tickets.isEmpty else { return }
        let kept = Set(ids)
        for ticket in tickets {
            guard let (id, continuation) = continuations[ticket], !kept.contains(id) else { continue }
            continuations[ticket] = nil
            ticketsByID[id]?.removeAll { $0 == ticket }
            if ticketsByID[id]?.isEmpty == true { ticketsByID[id] = nil }
            continuation.resume(returning: answer)
        }
    }

    mutating func resumeAll(_ answer: Answer) { resume(tickets, except: [], answer) }
}
