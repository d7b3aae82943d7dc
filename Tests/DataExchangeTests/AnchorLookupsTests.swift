import Anchoring
import DataSharing
import Foundation
import HubClient
import SharingHub
import Storage
import Testing
import TransparencyLog
import WireFormats

@testable import ServiceProvider

/// What a service provider says of the anchors that the hub publishes.
@Suite("Anchors that a service provider looks up")
struct AnchorLookupsTests {
    private static let place = AnchorPlace.bitcoin(genesis: [UInt8](repeating: 1, count: 32))
    private static let transaction = AnchorTransactionID([UInt8](repeating: 5, count: 32))!
    private static let block = AnchorBlock(hash: [UInt8](repeating: 6, count: 32), number: 40)

    /// A chain that says one thing.
    private struct Chain: AnchorChainReader {
        var place = AnchorLookupsTests.place
        var record = ChainRecord.unknown
        var failure: AnchorFailure?

        func checkNode() async throws(AnchorFailure) { if let failure { throw failure } }
        func find(_ id: AnchorTransactionID, hint: AnchorBlock?) async throws(AnchorFailure) -> ChainRecord { record }
    }

    private struct World {
        let logged: LoggedWorld
        let findings: [LedgerLookups.Finding]
        /// Of the first three of four entries.
        let commitment: AnchorCommitment

        init(logged: LoggedWorld, findings: [LedgerLookups.Finding], commitment: AnchorCommitment) {
            (self.logged, self.findings, self.commitment) = (logged, findings, commitment)
        }

        init() async throws {
            logged = try await LoggedWorld()
            var findings: [LedgerLookups.Finding] = []
            var commitment: AnchorCommitment?
            for number in 0..<4 as Range<UInt8> {
                let value = try LoggedValue(
                    .digest, by: OrganizationID("shop")!, about: [UInt8](repeating: number, count: 32))
                let reference = try await logged.log(value)
                let head = try #require(try await logged.ledger.published()).head
                if head.size == 3 { commitment = AnchorCommitment(size: 3, root: head.root.bytes) }
                findings.append(
                    LedgerLookups.Finding(
                        log: reference.log, index: reference.index, checkpointSize: head.size, witnesses: [],
                        root: nil, leaf: .leaf(reference.entry)))
            }
            self.findings = findings
            self.commitment = try #require(commitment)
        }

        func statement(
            _ chain: Chain?, about indices: [Int] = [0, 2], published: AnchorCommitment? = nil, named: Bool = true,
            place: AnchorPlace = AnchorLookupsTests.place, state: AnchorRecord.State = .confirmed
        ) async throws -> AnchorStatement? {
            let commitment = published ?? commitment
            let anchor: JSON = [
                "chain": "bitcoin", "chain_id": .string(place.chainID),
                "size": .integer(Int64(commitment.size)), "root": .string(Hexadecimal.encode(commitment.root)),
                "transaction": .string(Hexadecimal.encode(AnchorLookupsTests.transaction.bytes)),
                "state": .string(state.rawValue),
            ]
            let nodes = chain.map { chain in
                [
                    AnchorNode(
                        kind: .bitcoin, chainID: named ? AnchorLookupsTests.place.chainID : nil, confirmations: 6,
                        reader: { _ in chain })
                ]
            }
            let ledger = logged.ledger
            let lookups = AnchorLookups(
                nodes: nodes ?? [], published: { () throws(HubFailure) in ["anchors": [anchor]] },
                tile: { path throws(HubFailure) in
                    guard let tile = try? await ledger.content(of: path) else { throw .status(.ledger, 404) }
                    return tile
                })
            return await lookups.statements(about: indices.map { findings[$0] }).first
        }

        func included(_ said: AnchorCommitment? = nil, depth: UInt64 = 6) -> Chain {
            Chain(record: .included(AnchorLookupsTests.block, commitment: said ?? commitment, confirmations: depth))
        }
    }

    private func refusal(_ statement: AnchorStatement?) -> String? {
        if case .refused(let problem)? = statement?.outcome { problem } else { nil }
    }

    private func isOpen(_ statement: AnchorStatement?) -> Bool {
        if case .open? = statement?.outcome { true } else { false }
    }

    @Test("An anchor counts that the chain has, of a tree in which the entries stand")
    func verified() async throws {
        let world = try await World()
        let statement = try #require(try await world.statement(world.included()))
        #expect(statement.json["verified"] == true && statement.json["place_named"] == true)
        #expect(statement.json["block_number"] == 40 && statement.json["confirmations"] == 6)
        let unnamed = try await world.statement(world.included(), named: false)
        #expect(unnamed?.json["place_named"] == false)
    }

    @Test("Without a node an anchor is the hub's word")
    func claimed() async throws {
        let world = try await World()
        let statement = try #require(try await world.statement(nil))
        #expect(statement.json["verified"] == false && statement.sentence.contains("by the hub's word"))
        #expect(!statement.isRefused)
    }

    @Test("What the chain does not have, or has otherwise, is refused")
    func refused() async throws {
        let world = try await World()
        #expect(refusal(try await world.statement(Chain())) == "the transaction is in no block of the chain")
        let other = try #require(AnchorCommitment(size: 3, root: [UInt8](repeating: 8, count: 32)))
        #expect(refusal(try await world.statement(world.included(other)))?.contains("something else") == true)
        // The chain has it, and it is another log's.
        let forked = try await world.statement(world.included(other), published: other)
        #expect(refusal(forked)?.contains("not in the log of 3 entries") == true)
    }

    @Test("An entry that stands at the place of another is not in the anchored tree")
    func otherLeaf() async throws {
        var world = try await World()
        let true0 = world.findings[0]
        let forged = LedgerLookups.Finding(
            log: true0.log, index: 0, checkpointSize: 4, witnesses: [], root: nil, leaf: world.findings[1].leaf)
        world = World(
            logged: world.logged, findings: [forged] + world.findings.dropFirst(), commitment: world.commitment)
        #expect(refusal(try await world.statement(world.included()))?.contains("not in the log") == true)
    }

    @Test("What is not there yet, or cannot be asked, is neither")
    func open() async throws {
        let world = try await World()
        #expect(isOpen(try await world.statement(world.included(depth: 5))))
        #expect(isOpen(try await world.statement(world.included(), about: [3])))
        #expect(isOpen(try await world.statement(world.included(), state: .sent)))
        #expect(isOpen(try await world.statement(Chain(failure: .node(.unreachable("nothing answers"))))))
        let elsewhere = AnchorPlace.bitcoin(genesis: [UInt8](repeating: 2, count: 32))
        #expect(isOpen(try await world.statement(world.included(), place: elsewhere)))
    }
}
