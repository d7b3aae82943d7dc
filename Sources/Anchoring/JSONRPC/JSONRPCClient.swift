package import WireFormats

/// Calls methods of a node: JSON-RPC 2.0, and what Bitcoin's nodes make of it (errors with another HTTP status, a null
/// `error` beside a `result`).
package struct JSONRPCClient: Sendable {
    private let transport: any JSONRPCTransport

    package init(_ transport: any JSONRPCTransport) { self.transport = transport }

    /// Blocks with many transactions are the largest answers.
    private static let limits = JSONLimits(depth: 16, values: 200_000)

    package func call(_ method: String, _ parameters: [JSON]) async throws(JSONRPCFailure) -> JSON {
        let request: JSON = [
            "jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .array(parameters),
        ]
        let reply: JSONRPCReply
        do throws(JSONRPCTransportFailure) {
            reply = try await transport.post(request.encoded())
        } catch {
            throw .unreachable(error.explanation)
        }
        guard let answer = try? JSON(parsing: reply.body, limits: Self.limits), let object = answer.object else {
            if reply.status == 401 || reply.status == 403 { throw .unauthorized }
            throw .notJSONRPC(status: reply.status)
        }
        if let error = object["error"], error != .null {
            throw .refused(
                method: method, code: error["code"]?.integer ?? 0,
                message: Self.printable(error["message"]?.string ?? error.string ?? "without a message"))
        }
        guard object["id"] == 1, let result = object["result"] else { throw .notJSONRPC(status: reply.status) }
        return result
    }

    /// A stranger's words for a log: short, and on one line.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.prefix(300).map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}

/// Why a call has no result.
package enum JSONRPCFailure: Error, Sendable, Equatable {
    /// The end of a sentence.
    case unreachable(String)
    case unauthorized
    /// An answer that is none of JSON-RPC.
    case notJSONRPC(status: Int)
    /// The node's own words.
    case refused(method: String, code: Int64, message: String)
}
