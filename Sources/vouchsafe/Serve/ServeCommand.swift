import ArgumentParser
import ConfigurationFile
import Foundation
import Logging
import NIOCore
import WebServer

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the server.",
        discussion: "Without --config it is the sample issuer, with its sample registry.")

    @Option(help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(help: "What this process does: all, or a list of authorization-server, issuer and portal.")
    var roles = "all"

    @Option(help: "The least severe entries that are logged.")
    var logLevel = Severity.info

    enum Severity: String, ExpressibleByArgument, CaseIterable {
        case debug, info, notice, warning, error
    }

    func run() async throws {
        let roles: Set<ServerRole>
        do throws(UnknownServerRole) {
            roles = try ServerRole.roles(self.roles)
        } catch {
            throw CommandFailure("--roles: \(error.description)")
        }
        // One processor is the database's: a loop that is seldom idle costs less for each request than two that often are.
        NIOSingletons.groupLoopCountSuggestion = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
        let settings = try Settings.fromEnvironment()
        let level = Logger.Level(rawValue: logLevel.rawValue) ?? .info
        let logger = Logger(label: "vouchsafe") { StructuredLogHandler(label: $0, level: level) }
        let source = config.map(ConfigurationSource.file) ?? .sample
        let installation = try await Installation.open(settings, source: source, logger: logger)
        try await installation.serve(roles)
    }
}
