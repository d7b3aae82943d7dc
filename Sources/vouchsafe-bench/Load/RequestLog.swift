import Foundation

/// What a request is for.
enum RequestKind: Int, CaseIterable {
    case offer, offerOpened, pushedRequest, authorize, loginPage, login, consent, token, nonce, credential, push

    var name: String {
        switch self {
        case .offer: "offer made"
        case .offerOpened: "offer opened"
        case .pushedRequest: "pushed request"
        case .authorize: "authorize"
        case .loginPage: "login page"
        case .login: "login"
        case .consent: "consent"
        case .token: "token request"
        case .nonce: "nonce request"
        case .credential: "credential request"
        case .push: "push"
        }
    }
}

/// How long requests took, from the first byte sent to the last received.
struct RequestLog {
    private struct Entry {
        let seconds: Double
        /// What the servers used meanwhile.
        let use: ServerUse
    }

    /// By the raw value of the kind.
    private var entries = [[Entry]](repeating: [], count: RequestKind.allCases.count)
    /// Of the servers, if they are watched.
    private let meter: ServerMeter?

    /// - Parameter meter: only where one request at a time is sent does what the servers use belong to that request.
    init(watching meter: ServerMeter? = nil) {
        self.meter = meter
    }

    mutating func time(
        _ kind: RequestKind, _ send: () async throws -> HTTPAnswer
    ) async throws -> HTTPAnswer {
        let clock = ContinuousClock()
        let (before, start) = (try meter?.begin(), clock.now)
        let answer = try await send()
        let seconds = (clock.now - start).inSeconds
        entries[kind.rawValue].append(Entry(seconds: seconds, use: try use(since: before)))
        return answer
    }

    /// Nothing if no server is watched.
    private func use(since before: ServerUse?) throws -> ServerUse {
        guard let meter, let before else { return ServerUse() }
        // The kernel adds up what a thread has used when the thread stops running, which is after the answer is there.
        usleep(1_000)
        return try meter.end(before)
    }

    static func + (left: RequestLog, right: RequestLog) -> RequestLog {
        var sum = left
        for index in sum.entries.indices { sum.entries[index] += right.entries[index] }
        return sum
    }

    /// Seconds within which this part of the requests of a kind was answered.
    func quantile(_ quantile: Double, of kind: RequestKind) -> Double {
        let sorted = entries[kind.rawValue].map(\.seconds).sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))]
    }

    /// What the servers used for each request of a kind, if they were watched.
    func use(of kind: RequestKind) -> ServerUse {
        let entries = entries[kind.rawValue]
        return entries.reduce(ServerUse()) { $0 + $1.use } / max(1, entries.count)
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
