import ArgumentParser
import Foundation
import Logging
import SQLStatements
import Storage
import WebServer

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Makes, looks at and moves the database.",
        discussion: """
            The database is the one that `vouchsafe serve` would use: DATABASE_URL, or `database` of the \
            configuration, or vouchsafe.db in DATA_DIR.
            """,
        subcommands: [Migrate.self, Status.self, Copy.self])

    struct Place: ParsableArguments {
        @Option(help: "The configuration file.", completion: .file(extensions: ["yaml"]))
        var config: String?

        func location() throws -> DatabaseLocation {
            let settings = try Settings.fromEnvironment()
            let configuration = try config.map {
                try ConfigurationSource.file($0).load(defaultPublicURL: settings.publicURL)
            }
            return settings.databaseLocation(configuration)
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings the schema up to date.",
            discussion: """
                `vouchsafe serve` does so too at its start. This is for those who give the server an account that may \
                not make tables.
                """)

        @OptionGroup var place: Place

        func run() async throws {
            let location = try place.location()
            let before = try await location.reporting { () throws(DatabaseFailure) in try await location.appliedSteps()
            }
            try await location.opened { _ in }
            let made = DatabaseLocation.knownSteps - before.count
            print("\(location.name): \(made) of \(DatabaseLocation.knownSteps) steps run; the schema is up to date")
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says which steps of the schema were run.",
            discussion: "Exit code 1 if the schema is not the one that this version of the program needs.")

        @OptionGroup var place: Place

        func run() async throws {
            let location = try place.location()
            let applied = try await location.reporting { () throws(DatabaseFailure) in try await location.appliedSteps()
            }
            print(location.name)
            for step in applied { print("  step \(step.number)  \(step.at.formatted(.iso8601))") }
            let (last, known) = (applied.last?.number ?? 0, DatabaseLocation.knownSteps)
            if last == known { return print("up to date") }
            print(
                last < known
                    ? "\(known - last) steps to run: vouchsafe database migrate, or start the server"
                    : "made by a newer version of this program (step \(last), this one knows \(known)): upgrade it")
            throw ExitCode.failure
        }
    }

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copies an installation from one database to another.",
            discussion: """
                FROM and TO are postgresql:// URLs or paths of SQLite files. Stop every process of the installation \
                first. The target must be empty. Both are read again and compared at the end. The key-encryption key \
                is not in the database: the processes on the new one need the same.
                """)

        @Argument(help: "Where the installation is.")
        var from: String

        @Argument(help: "Where it goes.")
        var to: String

        @Flag(help: "Goes on with a copy that was interrupted.")
        var resume = false

        func run() async throws {
            let (source, target) = (DatabaseLocation(from), DatabaseLocation(to))
            if case .file(let path) = source, !FileManager.default.fileExists(atPath: path) {
                throw CommandFailure("\(path): there is no such file")
            }
            let resume = resume
            try await source.opened { from in
                try await target.opened { to in
                    try await Self.copy(DatabaseCopy(from: from, to: to), into: target, resume: resume)
                }
            }
        }

        private static func copy(_ copy: DatabaseCopy, into target: DatabaseLocation, resume: Bool) async throws {
            let filled = try await copy.filledTables()
            guard resume || filled.isEmpty else {
                throw CommandFailure(
                    "\(target.name) is not empty (\(filled.joined(separator: ", "))); copy into a new database, or say "
                        + "--resume to go on with a copy that was interrupted")
            }
            let copied = try await copy.run()
            let width = copied.map(\.source.table.count).max() ?? 0
            for table in copied {
                let name = table.source.table.padding(toLength: width, withPad: " ", startingAt: 0)
                let verdict =
                    table.isGood ? "same" : table.source == table.sourceAfterwards ? "DIFFERENT" : "CHANGED MEANWHILE"
                print("\(name)  \(table.source.rows) rows  \(table.target.checksum)  \(verdict)")
            }
            guard copied.allSatisfy(\.isGood) else {
                throw CommandFailure("the copy is not the same as the source; stop every process and copy again")
            }
            print("copied \(copied.reduce(0) { $0 + $1.source.rows }) rows; every table is the same")
        }
    }
}

extension DatabaseLocation {
    /// Opens the database for what is done with it, and tells what stands against that in words.
    func opened(_ act: (any SQLDatabase) async throws -> Void) async throws {
        let logger = Logger(label: "vouchsafe") { StructuredLogHandler(label: $0, level: .error) }
        let database = try await reporting { () throws(DatabaseFailure) in
            try await open(at: Date(), logger: logger)
        }
        do {
            try await act(database)
        } catch {
            await database.close()
            throw (error as? DatabaseFailure).map { CommandFailure($0.advice(for: self)) } ?? error
        }
        await database.close()
    }

    fileprivate func reporting<T>(_ act: () async throws(DatabaseFailure) -> T) async throws -> T {
        do throws(DatabaseFailure) { return try await act() } catch { throw CommandFailure(error.advice(for: self)) }
    }
}
