import Foundation
import WireFormats

/// The figures of one part, each of several runs, reported as medians.
struct Figures: Sendable {
    private struct Row {
        let section: String?
        let name: String
        let unit: String
        let note: String?
        var values: [Double]

        /// The name of its own.
        var path: String { (section.map { $0 + ": " } ?? "") + name.trimmingCharacters(in: .whitespaces) }
        var sorted: [Double] { values.sorted() }
        /// Of an even number, the mean of the two in the middle.
        var median: Double { (sorted[(values.count - 1) / 2] + sorted[values.count / 2]) / 2 }
    }

    let part: Part
    private var rows: [Row] = []
    private var section: String?

    init(of part: Part) {
        self.part = part
    }

    /// What is added from now on belongs together: names need only tell it apart from what stands in the same section.
    mutating func begin(_ section: String) { self.section = section }

    /// - Parameter note: what else is to be known of the figure.
    mutating func add(_ name: String, _ value: Double, _ unit: String, note: String? = nil) {
        if let index = rows.firstIndex(where: { $0.section == section && $0.name == name }) {
            rows[index].values.append(value)
        } else {
            rows.append(Row(section: section, name: name, unit: unit, note: note, values: [value]))
        }
    }

    /// Median and 99th percentile of each kind of request.
    mutating func add(_ log: RequestLog, _ kinds: [RequestKind]) {
        for kind in kinds {
            add(kind.name + " p50", log.quantile(0.5, of: kind) * 1e3, "ms")
            add(kind.name + " p99", log.quantile(0.99, of: kind) * 1e3, "ms")
        }
    }

    var table: String {
        let title = part.rawValue.padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0)
        return ([title + "     median        min        max"] + lines).joined(separator: "\n")
    }

    private var lines: [String] {
        var (lines, section) = ([String](), String?.none)
        for row in rows {
            if let next = row.section, next != section { lines += ["", next] }
            section = row.section
            lines.append(line(row))
        }
        return lines
    }

    private static let nameWidth = 44

    private func line(_ row: Row) -> String {
        // What was measured once has neither least nor most.
        let isOne = row.values.count == 1
        let cells = [row.median] + (isOne ? [] : [row.sorted[0], row.sorted[row.values.count - 1]])
        let text = cells.map { String(format: "%10.2f", $0) }.joined(separator: " ")
        return row.name.padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0) + " "
            + text.padding(toLength: 32, withPad: " ", startingAt: 0) + " " + row.unit
            + (row.note.map { "   " + $0 } ?? "")
    }

    var json: JSON {
        .object(
            JSONObject(
                rows.map { row in
                    var figure: JSONObject = [
                        "unit": .string(row.unit), "median": decimal(row.median),
                        "runs": .array(row.values.map(decimal)),
                    ]
                    figure["note"] = row.note.map(JSON.string)
                    return (row.path, .object(figure))
                }))
    }

    private func decimal(_ value: Double) -> JSON { .decimal(literal: String(format: "%.3f", value)) }
}
