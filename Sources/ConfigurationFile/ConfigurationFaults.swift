/// All mistakes in a configuration file, in the order of its lines.
package struct ConfigurationFaults: Error, Sendable, Equatable {
    package struct Fault: Sendable, Equatable {
        /// From 1.
        package let line: Int
        /// The setting, such as `credentials.student-id.scope`; empty for the file as a whole.
        package let path: String
        package let message: String
    }

    /// Never empty.
    package let faults: [Fault]

    /// One line for each mistake, as compilers write them.
    package func report(file: String) -> String {
        faults.map { fault in
            "\(file):\(fault.line): " + (fault.path.isEmpty ? "" : fault.path + ": ") + fault.message
        }
        .joined(separator: "\n")
    }
}

extension ConfigurationFaults: CustomStringConvertible {
    package var description: String { report(file: "vouchsafe.yaml") }
}

/// The mistakes found so far. Reading goes on after each, so that all are told at once.
final class FaultLog {
    private var faults: [ConfigurationFaults.Fault] = []

    /// More would not be read by anybody.
    private static let maximumCount = 200

    var isEmpty: Bool { faults.isEmpty }

    func add(_ message: String, at path: ConfigurationPath, line: Int) {
        guard faults.count < Self.maximumCount else { return }
        let fault = ConfigurationFaults.Fault(line: line, path: path.text, message: message)
        if !faults.contains(fault) { faults.append(fault) }
    }

    func collected() -> ConfigurationFaults {
        // Sorting is stable only together with the order of discovery.
        let sorted = faults.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
        return ConfigurationFaults(faults: sorted.map(\.element))
    }
}

/// Where a setting is in the file.
struct ConfigurationPath {
    let text: String

    static let root = ConfigurationPath(text: "")

    func key(_ name: String) -> ConfigurationPath {
        ConfigurationPath(text: text.isEmpty ? name : text + "." + name)
    }

    func element(_ index: Int) -> ConfigurationPath {
        ConfigurationPath(text: text + "[\(index)]")
    }
}
