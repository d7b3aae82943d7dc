import Foundation

/// What a request is for.
enum RequestKind: Int, CaseIterable {
    case pushedRequest, authorize, loginPage, login, consent, token, nonce, credential

    var name: String {
        switch self {
        case .pushedRequest: "pushed request"
        case .authorize: "authorize"
        case .loginPage: "login page"
        case .login: "login"
        case .consent: "consent"
        case .token: "token request"
        case .nonce: "nonce request"
        case .credential: "credential request"
        }
    }
}

/// How long requests took, from the first byte sent to the last received.
struct RequestLog {
    private struct Entry {
        let seconds: Double
        /// What the server used of its processors meanwhile.
        let processorSeconds: Double
    }

    /// By the raw value of the kind.
    private var entries = [[Entry]](repeating: [], count: RequestKind.allCases.count)
    /// The process of the server, if it is watched.
    private let server: Int32?

    /// - Parameter server: only where one request at a time is sent does its processor time belong to that request.
    init(watching server: Int32? = nil) {
        self.server = server
    }

    mutating func time(
        _ kind: RequestKind, _ send: () async throws -> HTTPAnswer
    ) async rethrows -> HTTPAnswer {
        let clock = ContinuousClock()
        let (before, start) = (serverSeconds, clock.now)
        let answer = try await send()
        let seconds = (clock.now - start).inSeconds
        entries[kind.rawValue].append(Entry(seconds: seconds, processorSeconds: serverSeconds - before))
        return answer
    }

    /// Zero if no server is watched.
    private var serverSeconds: Double {
        guard let server else { return 0 }
        // The kernel adds up what a thread has used when the thread stops running, which is after the answer is there.
        usleep(1_000)
        return ProcessorTime.of(process: server)
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

    /// Seconds of the server's processors for each request of a kind, if it was watched.
    func processorTime(of kind: RequestKind) -> Double {
        let entries = entries[kind.rawValue]
        return entries.reduce(0) { $0 + $1.processorSeconds } / Double(max(1, entries.count))
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
