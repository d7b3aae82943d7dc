import Anchoring
import Synchronization
import WireFormats

/// A node that answers what the test says.
final class ScriptedNode: JSONRPCTransport {
    enum Answer {
        case result(JSON)
        case refusal(code: Int64, String)
        case reply(status: Int, String)
        case nothing
    }

    private let answers: Mutex<[String: Answer]>
    private let asked = Mutex<[(method: String, parameters: [JSON])]>([])

    init(_ answers: [String: Answer]) { self.answers = Mutex(answers) }

    func answer(_ method: String, _ answer: Answer) { answers.withLock { $0[method] = answer } }

    func parameters(of method: String) -> [JSON]? { asked.withLock { $0.last { $0.method == method }?.parameters } }

    var client: JSONRPCClient { JSONRPCClient(self) }

    func post(_ body: [UInt8]) async throws(JSONRPCTransportFailure) -> JSONRPCReply {
        guard let request = try? JSON(parsing: body), let method = request["method"]?.string else {
            return JSONRPCReply(status: 400, body: [])
        }
        asked.withLock { $0.append((method, request["params"]?.array ?? [])) }
        switch answers.withLock({ $0[method] }) {
        case .result(let result):
            let answer: JSON = ["result": result, "error": nil, "id": 1]
            return JSONRPCReply(status: 200, body: answer.encoded())
        case .refusal(let code, let message):
            let answer: JSON = [
                "result": nil, "error": ["code": .integer(code), "message": .string(message)], "id": 1,
            ]
            return JSONRPCReply(status: 500, body: answer.encoded())
        case .reply(let status, let text): return JSONRPCReply(status: status, body: Array(text.utf8))
        case .nothing, nil: throw JSONRPCTransportFailure(explanation: "nothing answers at that address")
        }
    }
}
