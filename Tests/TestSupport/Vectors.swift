import Foundation
package import WireFormats

/// Published vectors, which are not part of the repository: `VOUCHSAFE_VECTORS`, or `shared/vectors` beside it.
package enum Vectors {
    package static let folder: String = {
        let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return ProcessInfo.processInfo.environment["VOUCHSAFE_VECTORS"] ?? "/\(checkout)/../shared/vectors"
    }()

    /// Whether there are any; says so if not, since the tests that need them are then skipped.
    package static let arePresent: Bool = {
        let present = FileManager.default.fileExists(atPath: folder)
        if !present { print("Published vectors skipped: there is no \(folder).") }
        return present
    }()

    /// JSON files of `path` whose names begin with `prefix`.
    package static func files(in path: String, prefix: String = "") -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + path)) ?? []
        return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted().map { path + "/" + $0 }
    }

    package static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: folder + "/" + path)))
    }

    package static func read(_ path: String) throws -> JSON {
        try JSON(parsing: bytes(path), limits: JSONLimits(depth: 64, values: 100_000))
    }
}

extension String {
    package var bytes: [UInt8] { Array(utf8) }
}
