import Foundation

/// A folder for a test's files that goes with it.
final class TestFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-storage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // Nothing depends on it: the folder is in the system's place for temporary files.
        _ = try? FileManager.default.removeItem(at: url)
    }
}
