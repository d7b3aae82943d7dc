import Foundation
import Synchronization

/// Counts what is served, in the text format that Prometheus reads (exposition format 0.0.4).
///
/// Labels are names of routes, codes and credential configurations: few, and never from outside.
package final class Metrics: Sendable {
    private struct RequestKey: Hashable {
        let route: String
        let status: Int
    }

    struct Latency {
        var buckets = [UInt64](repeating: 0, count: bounds.count)
        var sum = 0.0
        var count: UInt64 = 0
    }

    private struct Counters {
        var requests: [RequestKey: UInt64] = [:]
        var latencies: [String: Latency] = [:]
        var refusals: [[String]: UInt64] = [:]
        var credentials: [String: UInt64] = [:]
    }

    /// Upper bounds of the latency histogram in seconds.
    static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

    /// A number that somebody else counts.
    package struct Sample: Sendable {
        let name: String
        let type: String
        let help: String
        let value: Int

        package static func counter(_ name: String, _ value: Int, _ help: String) -> Sample {
            Sample(name: name, type: "counter", help: help, value: value)
        }

        package static func gauge(_ name: String, _ value: Int, _ help: String) -> Sample {
            Sample(name: name, type: "gauge", help: help, value: value)
        }
    }

    private let counters = Mutex(Counters())
    private let others: @Sendable () -> [Sample]

    /// - Parameter others: gives what is counted elsewhere.
    package init(others: @escaping @Sendable () -> [Sample] = { [] }) { self.others = others }

    package func countRequest(route: String, status: Int, took duration: Duration) {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        counters.withLock { counters in
            counters.requests[RequestKey(route: route, status: status), default: 0] += 1
            counters.latencies[route, default: Latency()].add(seconds)
        }
    }

    package func countRefusal(route: String, code: String) {
        counters.withLock { $0.refusals[[route, code], default: 0] += 1 }
    }

    package func countCredentials(_ count: Int, configuration: String) {
        counters.withLock { $0.credentials[configuration, default: 0] += UInt64(count) }
    }

    /// Everything counted so far, and what the process uses.
    package func exposition() -> String {
        let counters = counters.withLock { $0 }
        var text = MetricsText()
        text.family("http_requests_total", "counter", "Requests answered.")
        let requests = counters.requests.sorted { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }
        for (key, count) in requests {
            text.sample("http_requests_total", [("route", key.route), ("status", "\(key.status)")], "\(count)")
        }
        text.family("http_refusals_total", "counter", "Requests refused, by the code that was answered.")
        for (key, count) in counters.refusals.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            text.sample("http_refusals_total", [("route", key[0]), ("code", key[1])], "\(count)")
        }
        text.family("credentials_issued_total", "counter", "Credentials issued, by configuration.")
        for (configuration, count) in counters.credentials.sorted(by: { $0.key < $1.key }) {
            text.sample("credentials_issued_total", [("configuration", configuration)], "\(count)")
        }
        text.family("http_request_duration_seconds", "histogram", "Time from head to response.")
        for (route, latency) in counters.latencies.sorted(by: { $0.key < $1.key }) {
            latency.write(route: route, to: &text)
        }
        for sample in others() {
            text.family(sample.name, sample.type, sample.help)
            text.sample(sample.name, [], "\(sample.value)")
        }
        ProcessUsage.now().write(to: &text)
        return text.text
    }
}

extension Metrics.Latency {
    mutating func add(_ seconds: Double) {
        if let bucket = Metrics.bounds.firstIndex(where: { seconds <= $0 }) { buckets[bucket] += 1 }
        sum += seconds
        count += 1
    }

    func write(route: String, to text: inout MetricsText) {
        var running: UInt64 = 0
        for (bound, count) in zip(Metrics.bounds, buckets) {
            running += count
            text.sample("http_request_duration_seconds_bucket", [("route", route), ("le", "\(bound)")], "\(running)")
        }
        text.sample("http_request_duration_seconds_bucket", [("route", route), ("le", "+Inf")], "\(count)")
        text.sample("http_request_duration_seconds_sum", [("route", route)], "\(sum)")
        text.sample("http_request_duration_seconds_count", [("route", route)], "\(count)")
    }
}

/// Lines of the exposition format.
struct MetricsText {
    private(set) var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: String) {
        let list = labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
        text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
    }
}
