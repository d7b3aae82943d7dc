import Foundation
import WireFormats

/// Figures of several runs, reported as medians.
struct BenchReport {
    var startup = 0.0
    var issuances = 0
    var residentMegabytes = 0.0
    private var rows: [(name: String, unit: String, values: [Double])] = []

    mutating func add(limit: (sign: Double, verify: Double), alone: Double, _ result: FlowLoad.Result) {
        let limitTotal = limit.sign + limit.verify
        record("P-256 signature", "us", limit.sign)
        record("P-256 verification", "us", limit.verify)
        record("limit: one of each", "us", limitTotal)
        record("server processor time per flow", "us", result.processorMicrosecondsPerFlow)
        record("  times the limit", "x", result.processorMicrosecondsPerFlow / limitTotal)
        record("flows per second", "1/s", result.flowsPerSecond)
        record("credential request p50", "ms", result.latency(0.5) * 1e3)
        record("credential request p99", "ms", result.latency(0.99) * 1e3)
        record("issuing alone, 25 claims", "us", alone)
        record("issuing alone, per core", "1/s", 1e6 / alone)
    }

    private mutating func record(_ name: String, _ unit: String, _ value: Double) {
        if let index = rows.firstIndex(where: { $0.name == name }) {
            rows[index].values.append(value)
        } else {
            rows.append((name, unit, [value]))
        }
    }

    var table: String {
        var lines = ["                                       median        min        max"]
        for row in rows {
            let sorted = row.values.sorted()
            let cells = [median(sorted), sorted.first ?? 0, sorted.last ?? 0].map { String(format: "%10.2f", $0) }
            lines.append(
                row.name.padding(toLength: 34, withPad: " ", startingAt: 0) + cells.joined(separator: " ") + " "
                    + row.unit)
        }
        lines.append(
            "start to ready".padding(toLength: 34, withPad: " ", startingAt: 0) + String(format: "%10.1f ms", startup))
        lines.append(
            "resident memory".padding(toLength: 34, withPad: " ", startingAt: 0)
                + String(format: "%10.1f MB after %d issuances", residentMegabytes, issuances))
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        var object = JSONObject(
            rows.map { row in
                let name = row.name.trimmingCharacters(in: .whitespaces)
                return (
                    name,
                    [
                        "unit": .string(row.unit), "median": decimal(median(row.values.sorted())),
                        "runs": .array(row.values.map(decimal)),
                    ]
                )
            })
        object["start to ready"] = ["unit": "ms", "median": decimal(startup)]
        object["resident memory"] = [
            "unit": "MB", "median": decimal(residentMegabytes), "issuances": .integer(Int64(issuances)),
        ]
        return .object(object)
    }

    private func decimal(_ value: Double) -> JSON { .decimal(literal: String(format: "%.3f", value)) }

    private func median(_ sorted: [Double]) -> Double { sorted[sorted.count / 2] }
}
