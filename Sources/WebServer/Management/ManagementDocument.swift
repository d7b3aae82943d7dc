import Foundation
import WireFormats

/// The OpenAPI document of the management API.
enum ManagementDocument {
    static func load() throws -> JSON {
        guard let url = Bundle.module.url(forResource: "openapi", withExtension: "json", subdirectory: "Resources")
        else { throw CocoaError(.fileNoSuchFile) }
        return try JSON(
            parsing: Array(Data(contentsOf: url)), limits: JSONLimits(depth: 32, values: 10_000))
    }
}
