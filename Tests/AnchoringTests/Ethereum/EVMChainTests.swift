import Anchoring
import EthereumKeys
import Testing
import WireFormats

@Suite struct EVMChainTests {
    private static let gwei: UInt64 = 1_000_000_000
    private let key: EthereumKey
    private let contract: EthereumAddress
    private let commitment: AnchorCommitment
    private let transaction: AnchorTransactionID
    private let block = [UInt8](repeating: 3, count: 32)

    init() throws {
        key = try EthereumKey([UInt8](repeating: 1, count: 32))
        contract = try #require(EthereumAddress([UInt8](repeating: 0xAA, count: 20)))
        commitment = try #require(AnchorCommitment(size: 9, root: [UInt8](repeating: 7, count: 32)))
        transaction = try #require(AnchorTransactionID([UInt8](repeating: 4, count: 32)))
    }

    private static func word(_ bytes: [UInt8]) -> JSON {
        .string(EthereumHex.data([UInt8](repeating: 0, count: 32 - bytes.count) + bytes))
    }

    private func node(_ changes: [String: ScriptedNode.Answer] = [:]) -> ScriptedNode {
        let owned = AnchorContract.runtimeCode + [UInt8](repeating: 0, count: 12) + key.address.bytes
        let usual: [String: ScriptedNode.Answer] = [
            "eth_chainId": .result("0x539"), "eth_syncing": .result(false),
            "eth_getCode": .result(.string(EthereumHex.data(owned))),
            "eth_getBlockByNumber": .result([
                "number": "0x64", "hash": .string(EthereumHex.data(block)), "baseFeePerGas": "0x3b9aca00",
            ]),
            "eth_maxPriorityFeePerGas": .result("0x3b9aca00"), "eth_getTransactionCount": .result("0x7"),
            "eth_getBalance": .result("0xde0b6b3a7640000"), "eth_estimateGas": .result("0x7530"),
            "eth_call": .result(Self.word(key.address.bytes)), "eth_getTransactionByHash": .result(nil),
        ]
        return ScriptedNode(usual.merging(changes) { $1 })
    }

    private func chain(_ node: ScriptedNode, maxFee: UInt64 = 50 * gwei) -> EVMChain {
        EVMChain(chainID: 1337, contract: contract, client: node.client, signer: key, maxFee: maxFee)
    }

    private func prepared(maxFee: UInt64, priority: UInt64) throws -> PreparedAnchor {
        let bare = EIP1559Transaction(
            chainID: 1337, nonce: 7, maxPriorityFee: priority, maxFee: maxFee, gasLimit: 36_000, to: contract,
            data: AnchorContract.call(commitment))
        let signed = try bare.signed(with: key.sign(hash: bare.signingHash))
        return PreparedAnchor(
            commitment: commitment, transaction: try #require(AnchorTransactionID(signed.hash)), raw: signed.raw,
            slot: "nonce 7")
    }

    @Test("A node of another chain, one that is behind, and another contract are refused")
    func checks() async throws {
        try await chain(node()).checkNode()
        await #expect(throws: AnchorFailure.wrongChain(expected: "1337", found: "1")) {
            try await chain(node(["eth_chainId": .result("0x1")])).checkNode()
        }
        await #expect(throws: AnchorFailure.nodeIsSyncing) {
            try await chain(node(["eth_syncing": .result(["currentBlock": "0x1"])])).checkNode()
        }
        await #expect(throws: AnchorFailure.notTheContract(address: contract.description)) {
            try await chain(node(["eth_getCode": .result("0x")])).checkNode()
        }
        await #expect(throws: AnchorFailure.malformedAnswer(method: "eth_chainId")) {
            try await chain(node(["eth_chainId": .result(1337)])).checkNode()
        }
    }

    @Test("What the contract would refuse is not signed")
    func contract() async throws {
        let stranger = [UInt8](repeating: 5, count: 20)
        await #expect(
            throws: AnchorFailure.notTheOwner(
                owner: try #require(EthereumAddress(stranger)).description, own: key.address.description)
        ) {
            try await chain(node(["eth_call": .result(Self.word(stranger))])).prepare(commitment)
        }
        // The owner's word, read as a size, has too many bits.
        await #expect(throws: AnchorFailure.malformedAnswer(method: "eth_call")) {
            try await chain(node()).prepare(commitment)
        }
    }

    @Test("A replacement pays an eighth more of both fees, or what the market asks, and nothing over the limit")
    func replacement() async throws {
        let old = try prepared(maxFee: 40 * Self.gwei, priority: Self.gwei)
        let replaced = try #require(try await chain(node()).replacement(for: [old]))
        let new = try #require(SignedEIP1559Transaction(decoding: replaced.raw)?.transaction)
        #expect(new.nonce == 7 && replaced.slot == old.slot && replaced.commitment == commitment)
        #expect(new.maxFee == 45 * Self.gwei + 1)
        #expect(new.maxPriorityFee == Self.gwei + Self.gwei / 8 + 1)
        #expect(try await chain(node(), maxFee: 45 * Self.gwei).replacement(for: [old]) == nil)
        let cheap = try prepared(maxFee: Self.gwei, priority: 1)
        let market = try #require(try await chain(node()).replacement(for: [cheap]))
        let priced = try #require(SignedEIP1559Transaction(decoding: market.raw)?.transaction)
        #expect(priced.maxFee == 3 * Self.gwei && priced.maxPriorityFee == Self.gwei)
    }

    @Test("A market over the limit is told with both figures")
    func feeTooHigh() async throws {
        let old = try prepared(maxFee: Self.gwei, priority: 1)
        await #expect(throws: AnchorFailure.feeTooHigh(wanted: "2.000 gwei", permitted: "1.999 gwei")) {
            try await chain(node(), maxFee: 2 * Self.gwei - 1).replacement(for: [old])
        }
    }

    @Test("A refusal at sending is looked into: known, used up, or passed on")
    func broadcast() async throws {
        let anchor = try prepared(maxFee: Self.gwei, priority: 1)
        let refusal = ScriptedNode.Answer.refusal(code: -32000, "already known")
        #expect(
            try await chain(node(["eth_sendRawTransaction": .result("0x00")])).broadcast(anchor) == .accepted)
        #expect(
            try await chain(
                node(["eth_sendRawTransaction": refusal, "eth_getTransactionByHash": .result(["hash": "0x00"])])
            ).broadcast(anchor) == .accepted)
        #expect(
            try await chain(node(["eth_sendRawTransaction": refusal, "eth_getTransactionCount": .result("0x8")]))
                .broadcast(anchor) == .conflict)
        await #expect(
            throws: AnchorFailure.node(
                .refused(method: "eth_sendRawTransaction", code: -32000, message: "already known"))
        ) { try await chain(node(["eth_sendRawTransaction": refusal])).broadcast(anchor) }
        await #expect(throws: AnchorFailure.insufficientFunds(have: nil, need: nil)) {
            try await chain(
                node(["eth_sendRawTransaction": .refusal(code: -32000, "insufficient funds for gas")])
            ).broadcast(anchor)
        }
    }

    private func receipt(
        status: String = "0x1", number: String = "0x60", from address: EthereumAddress? = nil, times: Int = 1
    ) -> ScriptedNode.Answer {
        let size = Array(AnchorContract.call(commitment)[4..<36])
        let log: JSON = [
            "address": .string(EthereumHex.data((address ?? contract).bytes)),
            "topics": [
                .string(EthereumHex.data(AnchorContract.eventTopic)), .string(EthereumHex.data(size)),
            ], "data": .string(EthereumHex.data(commitment.root)),
        ]
        return .result([
            "blockHash": .string(EthereumHex.data(block)), "blockNumber": .string(number), "status": .string(status),
            "gasUsed": "0x6f00", "contractAddress": nil, "logs": .array(Array(repeating: log, count: times)),
        ])
    }

    private func find(_ changes: [String: ScriptedNode.Answer]) async throws -> ChainRecord {
        try await chain(node(changes)).find(transaction, hint: nil)
    }

    @Test("What counts is the contract's own single event, in a block that is in the chain now")
    func find() async throws {
        let at = AnchorBlock(hash: block, number: 0x60)
        let method = "eth_getTransactionReceipt"
        #expect(
            try await find([method: receipt()]) == .included(at, commitment: commitment, confirmations: 5))
        let stranger = EthereumAddress([UInt8](repeating: 5, count: 20))
        let silent: [ScriptedNode.Answer] = [
            receipt(status: "0x0"), receipt(from: stranger), receipt(times: 0), receipt(times: 2),
        ]
        for answer in silent {
            #expect(try await find([method: answer]) == .included(at, commitment: nil, confirmations: 5))
        }
        let other: ScriptedNode.Answer = .result([
            "number": "0x64", "hash": .string(EthereumHex.data([UInt8](repeating: 8, count: 32))),
            "baseFeePerGas": "0x1",
        ])
        #expect(try await find([method: receipt(), "eth_getBlockByNumber": other]) == .pending)
        #expect(try await find([method: receipt(number: "0x65")]) == .pending)
        #expect(try await find([method: .result(nil)]) == .unknown)
        #expect(
            try await find([method: .result(nil), "eth_getTransactionByHash": .result(["hash": "0x"])]) == .pending)
        await #expect(throws: AnchorFailure.malformedAnswer(method: method)) {
            try await find([method: .result(["blockHash": "0x"])])
        }
    }
}
