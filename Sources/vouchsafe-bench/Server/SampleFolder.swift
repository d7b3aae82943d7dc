import Foundation

/// What `vouchsafe init` writes: the configuration of the sample, and people whose answers are known.
enum SampleFolder {
    static func make(_ folder: URL, by executable: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = ["init", folder.path]
        // Not where the environment says that somebody's database is.
        process.environment = [:]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("vouchsafe init failed") }
    }
}
