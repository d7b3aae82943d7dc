import WireFormats

/// The methods of a node of Ethereum's kind that anchoring needs (Ethereum JSON-RPC specification, execution-apis).
struct EVMNode: Sendable {
    let client: JSONRPCClient

    func call(_ method: String, _ parameters: JSON...) async throws(AnchorFailure) -> JSON {
        do throws(JSONRPCFailure) {
            return try await client.call(method, parameters)
        } catch {
            // Nodes have no code of its own for it, and these words in common.
            if case .refused(_, _, let message) = error, message.lowercased().contains("insufficient funds") {
                throw .insufficientFunds(have: nil, need: nil)
            }
            throw .node(error)
        }
    }

    func chainID() async throws(AnchorFailure) -> UInt64 {
        try await number("eth_chainId", call("eth_chainId"))
    }

    /// Whether blocks are still being fetched: what is newest to the node is old then.
    func isSyncing() async throws(AnchorFailure) -> Bool {
        try await call("eth_syncing") != false
    }

    func newestBlock() async throws(AnchorFailure) -> (number: UInt64, baseFee: UInt64) {
        let block = try await call("eth_getBlockByNumber", "latest", false)
        guard let number: UInt64 = EthereumHex.quantity(block["number"]?.string),
            // Chains before EIP-1559 have none, and would not take our transactions.
            let baseFee: UInt64 = EthereumHex.quantity(block["baseFeePerGas"]?.string)
        else { throw .malformedAnswer(method: "eth_getBlockByNumber") }
        return (number, baseFee)
    }

    /// The hash of a block of the chain as it is now; nil if the chain is not that long.
    func blockHash(_ number: UInt64) async throws(AnchorFailure) -> [UInt8]? {
        let block = try await call("eth_getBlockByNumber", .string(EthereumHex.quantity(number)), false)
        if block == .null { return nil }
        guard let hash = EthereumHex.data(block["hash"]?.string, count: 32) else {
            throw .malformedAnswer(method: "eth_getBlockByNumber")
        }
        return hash
    }

    func transactionCount(_ address: EthereumAddress, at block: String) async throws(AnchorFailure) -> UInt64 {
        try await number(
            "eth_getTransactionCount",
            call("eth_getTransactionCount", .string(EthereumHex.data(address.bytes)), .string(block)))
    }

    func balance(_ address: EthereumAddress) async throws(AnchorFailure) -> UInt128 {
        try await number(
            "eth_getBalance", call("eth_getBalance", .string(EthereumHex.data(address.bytes)), "latest"))
    }

    /// What makes miners take a transaction, in wei for each unit of gas. Nodes that do not say get one gwei.
    func priorityFee() async throws(AnchorFailure) -> UInt64 {
        do throws(AnchorFailure) {
            return try await number("eth_maxPriorityFeePerGas", call("eth_maxPriorityFeePerGas"))
        } catch {
            guard case .node(.refused) = error else { throw error }
            return 1_000_000_000
        }
    }

    func estimateGas(
        from: EthereumAddress, to: EthereumAddress?, data: [UInt8]
    ) async throws(AnchorFailure) -> UInt64 {
        var transaction: JSONObject = [
            "from": .string(EthereumHex.data(from.bytes)), "data": .string(EthereumHex.data(data)),
        ]
        if let to { transaction["to"] = .string(EthereumHex.data(to.bytes)) }
        return try await number("eth_estimateGas", call("eth_estimateGas", .object(transaction)))
    }

    /// What a function of a contract gives that changes nothing: one word.
    func read(_ contract: EthereumAddress, _ data: [UInt8]) async throws(AnchorFailure) -> [UInt8] {
        let result = try await call(
            "eth_call",
            ["to": .string(EthereumHex.data(contract.bytes)), "data": .string(EthereumHex.data(data))], "latest")
        guard let word = EthereumHex.data(result.string, count: 32) else {
            throw .malformedAnswer(method: "eth_call")
        }
        return word
    }

    func code(_ address: EthereumAddress) async throws(AnchorFailure) -> [UInt8] {
        let result = try await call("eth_getCode", .string(EthereumHex.data(address.bytes)), "latest")
        guard let code = EthereumHex.data(result.string) else { throw .malformedAnswer(method: "eth_getCode") }
        return code
    }

    /// Whether the node knows the transaction at all.
    func knows(_ transaction: AnchorTransactionID) async throws(AnchorFailure) -> Bool {
        try await call("eth_getTransactionByHash", .string(EthereumHex.data(transaction.bytes))) != .null
    }

    func receipt(_ transaction: AnchorTransactionID) async throws(AnchorFailure) -> EVMReceipt? {
        let result = try await call("eth_getTransactionReceipt", .string(EthereumHex.data(transaction.bytes)))
        if result == .null { return nil }
        guard let receipt = EVMReceipt(result) else { throw .malformedAnswer(method: "eth_getTransactionReceipt") }
        return receipt
    }

    private func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ method: String, _ result: JSON
    ) throws(AnchorFailure) -> Number {
        guard let number: Number = EthereumHex.quantity(result.string) else { throw .malformedAnswer(method: method) }
        return number
    }
}

/// What became of a transaction in its block.
struct EVMReceipt: Sendable {
    struct Event: Sendable {
        let contract: EthereumAddress
        let topics: [[UInt8]]
        let data: [UInt8]
    }

    let block: AnchorBlock
    let succeeded: Bool
    let gasUsed: UInt64
    /// What a transaction made that was sent to nobody.
    let contract: EthereumAddress?
    let events: [Event]

    init?(_ json: JSON) {
        guard let hash = EthereumHex.data(json["blockHash"]?.string, count: 32),
            let number: UInt64 = EthereumHex.quantity(json["blockNumber"]?.string),
            let status: UInt64 = EthereumHex.quantity(json["status"]?.string),
            let gasUsed: UInt64 = EthereumHex.quantity(json["gasUsed"]?.string), let logs = json["logs"]?.array
        else { return nil }
        block = AnchorBlock(hash: hash, number: number)
        succeeded = status == 1
        self.gasUsed = gasUsed
        contract = json["contractAddress"]?.string.flatMap { EthereumAddress($0) }
        var events: [Event] = []
        for log in logs {
            guard let address = EthereumHex.data(log["address"]?.string).flatMap({ EthereumAddress($0) }),
                let topics = log["topics"]?.array?.map({ EthereumHex.data($0.string, count: 32) }),
                let data = EthereumHex.data(log["data"]?.string)
            else { return nil }
            let words = topics.compactMap { $0 }
            guard words.count == topics.count else { return nil }
            events.append(Event(contract: address, topics: words, data: data))
        }
        self.events = events
    }
}
