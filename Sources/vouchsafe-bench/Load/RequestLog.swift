/// What a request is for.
enum RequestKind: String, CaseIterable {
    case pushedRequest = "PAR"
    case authorize = "authorize"
    case login = "login"
    case consentPage = "consent page"
    case consent = "consent"
    case token = "token request"
    case nonce = "nonce request"
    case credential = "credential request"
}

/// How long requests took, from the first byte sent to the last received.
struct RequestLog {
    /// Seconds, by the position of the kind among all.
    private var seconds = [[Double]](repeating: [], count: RequestKind.allCases.count)

    mutating func time(_ kind: RequestKind, _ send: () throws -> HTTPAnswer) rethrows -> HTTPAnswer {
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try send()
        seconds[kind.position].append((clock.now - start).inSeconds)
        return answer
    }

    mutating func add(_ other: RequestLog) {
        for index in seconds.indices { seconds[index] += other.seconds[index] }
    }

    /// Seconds within which this part of the requests of a kind was answered.
    func quantile(_ quantile: Double, of kind: RequestKind) -> Double {
        let sorted = seconds[kind.position].sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))]
    }
}

extension RequestKind {
    fileprivate var position: Int {
        switch self {
        case .pushedRequest: 0
        case .authorize: 1
        case .login: 2
        case .consentPage: 3
        case .consent: 4
        case .token: 5
        case .nonce: 6
        case .credential: 7
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
