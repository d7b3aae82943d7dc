import ArgumentParser
import Foundation
import Logging
import SQLStatements
import Storage
import WebServer

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Writes a configuration, keys, a development certificate authority and the sample registry.")

    @Argument(help: "The folder to make.")
    var directory: String

    func run() async throws {
        let folder = URL(filePath: directory, directoryHint: .isDirectory)
        let manager = FileManager.default
        let configuration = folder.appending(path: "vouchsafe.yaml")
        guard !manager.fileExists(atPath: configuration.path) else {
            throw CommandFailure("\(configuration.path) exists; init does not overwrite an installation")
        }
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in Sample.files + ["portraits"] {
            let target = folder.appending(path: name)
            if !manager.fileExists(atPath: target.path) { try manager.copyItem(at: Sample.url(name), to: target) }
        }
        let environment = ProcessInfo.processInfo.environment
        let data = folder.appending(path: "data")
        let settings = try Settings.fromEnvironment(environment.merging(["DATA_DIR": data.path]) { $1 })
        let logger = Logger(label: "vouchsafe") { StructuredLogHandler(label: $0, level: .error) }
        let installation = try await Installation.open(settings, source: .file(configuration.path), logger: logger)
        await installation.database.close()
        print(
            """
            Made \(folder.path). Next:
              edit \(configuration.path)
              DATA_DIR=\(data.path) vouchsafe serve --config \(configuration.path)
              DATA_DIR=\(data.path) vouchsafe registry import \(folder.appending(path: "students.csv").path)
            """)
    }
}
