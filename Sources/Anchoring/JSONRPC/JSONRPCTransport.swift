/// Carries one JSON-RPC request to a node over HTTP and the answer back.
package protocol JSONRPCTransport: Sendable {
    /// - Parameter body: a JSON text.
    func post(_ body: [UInt8]) async throws(JSONRPCTransportFailure) -> JSONRPCReply
}

/// What a node answered, before anybody has looked into it.
package struct JSONRPCReply: Sendable {
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        (self.status, self.body) = (status, body)
    }
}

/// Why there is no answer. The explanation is the end of a sentence and names no secret.
package struct JSONRPCTransportFailure: Error, Sendable, Equatable {
    package let explanation: String

    package init(explanation: String) { self.explanation = explanation }
}
