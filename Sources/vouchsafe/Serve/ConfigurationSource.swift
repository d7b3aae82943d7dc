import ConfigurationFile
import Foundation

/// Where the configuration comes from.
enum ConfigurationSource: Sendable {
    /// The sample issuer that comes with the program.
    case sample
    case file(String)

    /// Where the files are that the configuration names.
    var directory: URL {
        switch self {
        case .sample: URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        case .file(let path): URL(filePath: path).deletingLastPathComponent()
        }
    }

    /// - Throws: `CommandFailure` with every mistake and its line.
    func load(defaultPublicURL: String) throws -> IssuerConfiguration {
        let (text, name): (String, String)
        switch self {
        case .sample: (text, name) = (try Sample.configuration(), "vouchsafe.yaml")
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("\(path): cannot be read")
            }
            guard let decoded = String(data: data, encoding: .utf8) else {
                throw CommandFailure("\(path): is not UTF-8")
            }
            (text, name) = (decoded, path)
        }
        do throws(ConfigurationFaults) {
            return try IssuerConfiguration(parsing: text, publicURL: defaultPublicURL)
        } catch {
            throw CommandFailure(error.report(file: name))
        }
    }
}
