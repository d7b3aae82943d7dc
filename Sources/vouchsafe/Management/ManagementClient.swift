import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import WireFormats

/// Talks to the management API of the server that the environment points to.
struct ManagementClient: Sendable {
    private let baseURL: String
    private let key: String

    init(_ settings: Settings) throws {
        baseURL = settings.managementURL
        key = try ManagementKeyFile.read(settings.managementKeyFile)
    }

    func get(_ path: String) async throws -> JSON { try await send(.GET, path, body: nil) }

    func post(_ path: String, _ body: JSON) async throws -> JSON { try await send(.POST, path, body: body.encoded()) }

    func put(_ path: String, _ body: JSON) async throws { _ = try await send(.PUT, path, body: body.encoded()) }

    func delete(_ path: String) async throws { _ = try await send(.DELETE, path, body: nil) }

    private func send(_ method: HTTPMethod, _ path: String, body: [UInt8]?) async throws -> JSON {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = method
        request.headers.add(name: "authorization", value: "Bearer " + key)
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        let response: HTTPClientResponse
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        } catch {
            throw CommandFailure("no server answers at \(baseURL); start it, or set MANAGEMENT_PORT as it has it")
        }
        let answer = try await response.body.collect(upTo: 256 << 20)
        let bytes = Array(answer.readableBytesView)
        let json =
            bytes.isEmpty ? JSON.null : try? JSON(parsing: bytes, limits: JSONLimits(depth: 32, values: 5_000_000))
        guard let json else { throw CommandFailure("\(baseURL) is not the management address of a vouchsafe server") }
        guard response.status.code < 400 || json["rejected"] != nil else {
            if response.status == .unauthorized {
                throw CommandFailure("the server refuses the management key; set DATA_DIR as the server has it")
            }
            let what = json["error_description"]?.string ?? "the server answers \(response.status.code)"
            let errors = (json["errors"]?.array ?? []).map { error in
                let path = error["path"]?.string ?? ""
                return "\n  " + (path.isEmpty ? "" : path + ": ") + (error["problem"]?.string ?? "")
            }
            throw CommandFailure(what + errors.joined())
        }
        return json
    }
}

/// Prints for machines: JSON on standard output.
func printJSON(_ json: JSON) { print(json.description) }
