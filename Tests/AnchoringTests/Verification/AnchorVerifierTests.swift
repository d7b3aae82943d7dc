import Anchoring
import Foundation
import Testing
import WireFormats

@Suite struct AnchorVerifierTests {
    private let chain = FakeChain()
    private let prepared: PreparedAnchor

    init() async throws {
        let commitment = try #require(WorkerBench.commitment(5))
        prepared = try await chain.prepare(commitment)
        _ = try await chain.broadcast(prepared)
    }

    private func anchor(size: UInt64 = 5, root: UInt8 = 5, place: AnchorPlace? = nil) throws -> PublishedAnchor {
        PublishedAnchor(
            place: place ?? chain.place,
            commitment: try #require(AnchorCommitment(size: size, root: WorkerBench.root(root))),
            transaction: prepared.transaction)
    }

    private func verifier(_ log: LogRoots) -> AnchorVerifier {
        AnchorVerifier(chain: chain, confirmations: 3, log: log)
    }

    private static let right = LogRoots.compare { $0 <= 5 ? WorkerBench.root(UInt8($0)) : nil }

    @Test("An anchor that is deep enough, and what the log has, is proven; a comparison that is left out is told")
    func good() async throws {
        chain.mine(3)
        let evidence = try await verifier(Self.right).verify(anchor())
        #expect(evidence.comparison == .same)
        #expect(evidence.confirmations == 3 && evidence.block.number == 0)
        let skipped = try await verifier(.skip(reason: "no log")).verify(anchor())
        #expect(skipped.comparison == .skipped("no log"))
    }

    @Test("What is not so is refused")
    func refusals() async throws {
        await #expect(throws: AnchorRefusal.notInTheChain) { try await verifier(Self.right).verify(anchor()) }
        chain.mine(2)
        await #expect(throws: AnchorRefusal.notDeepEnough(2, wanted: 3)) {
            try await verifier(Self.right).verify(anchor())
        }
        chain.mine()
        let said = try #require(WorkerBench.commitment(5))
        await #expect(throws: AnchorRefusal.saysAnother(said)) {
            try await verifier(Self.right).verify(anchor(size: 4))
        }
        await #expect(throws: AnchorRefusal.saysAnother(said)) {
            try await verifier(Self.right).verify(anchor(root: 4))
        }
        await #expect(throws: AnchorRefusal.logIsShorter(than: 5)) {
            try await verifier(.compare { _ in nil }).verify(anchor())
        }
        await #expect(throws: AnchorRefusal.logHasAnotherRoot(size: 5)) {
            try await verifier(.compare { _ in WorkerBench.root(6) }).verify(anchor())
        }
        await #expect(throws: AnchorRefusal.anotherPlace) {
            try await verifier(Self.right).verify(anchor(place: .bitcoin(genesis: WorkerBench.root(0))))
        }
        chain.change { $0.reverts = true }
        await #expect(throws: AnchorRefusal.saysNothing) { try await verifier(Self.right).verify(anchor()) }
        chain.change { $0.nodeFailure = .nodeIsSyncing }
        await #expect(throws: AnchorFailure.nodeIsSyncing) { try await verifier(Self.right).verify(anchor()) }
    }
}

@Suite struct PublishedAnchorTests {
    private func record(_ place: AnchorPlace) throws -> AnchorRecord {
        let prepared = PreparedAnchor(
            commitment: try #require(WorkerBench.commitment(5)),
            transaction: try #require(AnchorTransactionID(WorkerBench.root(1))), raw: [], slot: "")
        return AnchorRecord(
            place: place, prepared: prepared, state: .confirmed,
            block: AnchorBlock(hash: WorkerBench.root(2), number: 77), confirmations: 9,
            preparedAt: Date(timeIntervalSince1970: 0), changedAt: Date(timeIntervalSince1970: 1))
    }

    @Test("What is told is read back")
    func readBack() throws {
        let contract = try #require(EthereumAddress([UInt8](repeating: 0xAB, count: 20)))
        let places: [AnchorPlace] = [
            .evm(chainID: 1, contract: contract), .bitcoin(genesis: WorkerBench.root(3)),
        ]
        for place in places {
            let record = try record(place)
            let read = try PublishedAnchor(record.json)
            #expect(read.place == place && AnchorPlace(key: place.key) == place)
            #expect(read.commitment == record.prepared.commitment && read.block == record.block)
            #expect(read.transaction == record.prepared.transaction && read.confirmations == 9)
        }
    }

    @Test(
        "What is wrong is named",
        arguments: [
            ("chain", JSON.string("gold"), "chain"), ("chain_id", .integer(3), "chain_id or contract"),
            ("contract", .string("0x11"), "chain_id or contract"), ("size", .integer(0), "size"),
            ("size", .integer(-1), "size"), ("root", .string("00"), "root"), ("transaction", .null, "transaction"),
            ("state", .string("good"), "state"), ("block", .object(["hash": "00", "number": 1]), "block.hash"),
            ("block", .object(["number": -1]), "block.number"),
        ])
    func malformed(member: String, value: JSON, named: String) throws {
        var json = try #require(try record(.bitcoin(genesis: WorkerBench.root(3))).json.object)
        json[member] = value
        #expect(throws: PublishedAnchorMalformation(member: named)) { try PublishedAnchor(.object(json)) }
    }
}
