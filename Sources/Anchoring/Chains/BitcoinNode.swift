import WireFormats

/// The methods of a node of Bitcoin's kind that anchoring needs (Bitcoin Core RPC, 0.21 and later).
struct BitcoinNode: Sendable {
    let client: JSONRPCClient

    /// RPC_INVALID_ADDRESS_OR_KEY: there is no such transaction or block here.
    static let notFound: Int64 = -5
    /// RPC_WALLET_INSUFFICIENT_FUNDS, RPC_VERIFY_ERROR, RPC_VERIFY_ALREADY_IN_CHAIN.
    static let insufficientFunds: Int64 = -6
    static let missingInputs: Int64 = -25
    static let alreadyInChain: Int64 = -27

    func call(_ method: String, _ parameters: JSON...) async throws(AnchorFailure) -> JSON {
        do throws(JSONRPCFailure) {
            return try await client.call(method, parameters)
        } catch {
            if case .refused(let method, Self.insufficientFunds, _) = error, method != "gettransaction" {
                throw .insufficientFunds(have: nil, need: nil)
            }
            // Older nodes say it with the code for everything else.
            if case .refused(_, _, let message) = error, message.lowercased().contains("insufficient funds") {
                throw .insufficientFunds(have: nil, need: nil)
            }
            throw .node(error)
        }
    }

    /// Nil if the node says that there is no such thing.
    func find(_ method: String, _ parameters: JSON...) async throws(AnchorFailure) -> JSON? {
        do throws(JSONRPCFailure) {
            return try await client.call(method, parameters)
        } catch {
            if case .refused(_, Self.notFound, _) = error { return nil }
            throw .node(error)
        }
    }

    func genesis() async throws(AnchorFailure) -> [UInt8] {
        try hash("getblockhash", await call("getblockhash", 0))
    }

    /// Whether blocks are still being fetched: what is newest to the node is old then.
    func isSyncing() async throws(AnchorFailure) -> Bool {
        guard let chain = try await call("getblockchaininfo").object else {
            throw .malformedAnswer(method: "getblockchaininfo")
        }
        // An idle test chain has an old newest block, and says so; blocks and headers are level all the same.
        return chain["blocks"]?.integer != chain["headers"]?.integer
    }

    func isInMempool(_ transaction: AnchorTransactionID) async throws(AnchorFailure) -> Bool {
        try await find("getmempoolentry", .string(Hexadecimal.encode(transaction.bytes))) != nil
    }

    func hash(_ method: String, _ json: JSON?) throws(AnchorFailure) -> [UInt8] {
        guard let hash = json?.string.flatMap({ Hexadecimal.decode($0) }), hash.count == 32 else {
            throw .malformedAnswer(method: method)
        }
        return hash
    }

    func hex(_ method: String, _ json: JSON?) throws(AnchorFailure) -> String {
        guard let text = json?.string, !text.isEmpty, Hexadecimal.decode(text) != nil else {
            throw .malformedAnswer(method: method)
        }
        return text
    }
}
