import Foundation
import WireFormats

/// Published vectors, which are not part of the repository: `VOUCHSAFE_VECTORS`, or `shared/vectors` beside it.
enum Vectors {
    static let folder: String = {
        let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return ProcessInfo.processInfo.environment["VOUCHSAFE_VECTORS"] ?? "/\(checkout)/../shared/vectors"
    }()

    static var arePresent: Bool {
        let present = FileManager.default.fileExists(atPath: folder + "/openid4vci")
        if !present { print("Published vectors skipped: there is no \(folder).") }
        return present
    }

    static func files(in path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().map { path + "/" + $0 }
    }

    static func read(_ path: String) throws -> JSON {
        let data = try Data(contentsOf: URL(filePath: folder + "/" + path))
        return try JSON(parsing: Array(data), limits: JSONLimits(depth: 64, values: 100_000))
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}
