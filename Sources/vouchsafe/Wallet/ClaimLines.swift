import Foundation
import Verifier
import WalletClient
import WireFormats

/// Claims as lines of text for people, safe to write to a terminal.
enum ClaimLines {
    /// One line for each value that is not itself an object, named by its label or its path.
    static func lines(of claims: JSONObject, labels: [ClaimLabel] = []) -> [String] {
        claims.members.flatMap { lines(of: $0.value, path: [$0.name], labels: labels) }
    }

    private static func lines(of value: JSON, path: [String], labels: [ClaimLabel]) -> [String] {
        if case .object(let object) = value, !object.isEmpty {
            return object.members.flatMap { lines(of: $0.value, path: path + [$0.name], labels: labels) }
        }
        let label = labels.first { $0.path == path }?.text ?? path.joined(separator: ".")
        return ["\(label.printable(limit: 60)): \(text(of: value))"]
    }

    private static func text(of value: JSON) -> String {
        switch value {
        case .string(let text) where text.hasPrefix("data:"):
            "(\(text.dropFirst(5).prefix { $0 != ";" && $0 != "," }), \(text.utf8.count) characters)".printable()
        case .string(let text): text.printable()
        case .array(let elements): elements.map(text).joined(separator: ", ").printable(limit: 600)
        default: value.description.printable(limit: 600)
        }
    }
}
