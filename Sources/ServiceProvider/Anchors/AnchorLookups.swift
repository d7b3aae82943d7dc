package import Anchoring
package import HubClient
import OAuth
package import TransparencyLog
package import WireFormats

/// A node that this provider asks about a chain, and where in it the hub's anchors must be.
package struct AnchorNode: Sendable {
    /// What is not named is as the hub says.
    package let kind: AnchorPlace.Kind?
    package let chainID: String?
    package let contract: EthereumAddress?
    /// How deep a block must be, itself counted.
    package let confirmations: UInt64
    let reader: @Sendable (AnchorPlace) -> any AnchorChainReader

    package init(
        kind: AnchorPlace.Kind? = nil, chainID: String? = nil, contract: EthereumAddress? = nil,
        confirmations: UInt64 = 6, reader: @escaping @Sendable (AnchorPlace) -> any AnchorChainReader
    ) {
        (self.kind, self.chainID, self.contract) = (kind, chainID, contract)
        (self.confirmations, self.reader) = (confirmations, reader)
    }

    func admits(_ place: AnchorPlace) -> Bool {
        (kind == nil || kind == place.kind) && (chainID == nil || chainID == place.chainID)
            && (contract == nil || contract == place.contract)
    }

    /// The provider knows the place: a hub could show a contract of its own to each of those who ask it.
    func names(_ place: AnchorPlace) -> Bool { chainID != nil && contract == place.contract }
}

/// Finds the anchors that cover what was relied on, and looks them up where nodes are named.
package struct AnchorLookups: Sendable {
    package typealias Failure = HubFailure

    package let nodes: [AnchorNode]
    private let published: @Sendable () async throws(HubFailure) -> JSON
    private let tile: @Sendable (TilePath) async throws(HubFailure) -> [UInt8]

    /// - Parameters:
    ///   - published: fetches the hub's list of anchors.
    ///   - tile: fetches a tile of its ledger.
    package init(
        nodes: [AnchorNode], published: @escaping @Sendable () async throws(HubFailure) -> JSON,
        tile: @escaping @Sendable (TilePath) async throws(HubFailure) -> [UInt8]
    ) {
        (self.nodes, self.published, self.tile) = (nodes, published, tile)
    }

    /// What can be said of the anchors that cover all of these entries; empty where there are no entries.
    package func statements(about findings: [LedgerLookups.Finding]) async -> [AnchorStatement] {
        guard let last = findings.map(\.index).max() else { return [] }
        let listed: [(json: JSON, anchor: PublishedAnchor)]
        do throws(HubFailure) {
            listed = try Self.read(try await published())
        } catch {
            return nodes.isEmpty ? [] : [AnchorStatement(published: nil, outcome: .open(error.description))]
        }
        let covering = listed.filter { entry in
            entry.anchor.commitment.size > UInt64(last) && [.included, .confirmed].contains(entry.anchor.state)
        }.sorted { $0.anchor.commitment.size < $1.anchor.commitment.size }
        guard !nodes.isEmpty else {
            return covering.first.map { [AnchorStatement(published: $0.json, outcome: .claimed)] } ?? []
        }
        var statements: [AnchorStatement] = []
        for node in nodes {
            let there = covering.filter { node.admits($0.anchor.place) }
            guard let first = there.first else {
                statements.append(
                    AnchorStatement(published: nil, outcome: .open("no anchor there has the entries yet")))
                continue
            }
            guard there.allSatisfy({ $0.anchor.place == first.anchor.place }) else {
                let reason = "the hub has anchors in several places: name the chain and the contract"
                statements.append(AnchorStatement(published: nil, outcome: .open(reason)))
                continue
            }
            statements.append(
                AnchorStatement(published: first.json, outcome: await lookUp(first.anchor, node, findings)))
        }
        return statements
    }

    private static func read(_ json: JSON) throws(HubFailure) -> [(json: JSON, anchor: PublishedAnchor)] {
        guard let list = json["anchors"]?.array else { throw .malformed(.ledger) }
        var anchors: [(json: JSON, anchor: PublishedAnchor)] = []
        for entry in list {
            guard let anchor = try? PublishedAnchor(entry) else { throw .malformed(.ledger) }
            anchors.append((entry, anchor))
        }
        return anchors
    }

    private func lookUp(
        _ anchor: PublishedAnchor, _ node: AnchorNode, _ findings: [LedgerLookups.Finding]
    ) async -> AnchorStatement.Outcome {
        let verifier = AnchorVerifier(
            chain: node.reader(anchor.place), confirmations: node.confirmations,
            log: .compare { size in
                // The anchored root if every entry stands in its tree, or the first that differs.
                for finding in findings {
                    let root = try await root(of: finding, size: size)
                    guard root == anchor.commitment.root else { return root }
                }
                return anchor.commitment.root
            })
        do {
            let evidence = try await verifier.verify(anchor)
            return .verified(evidence, isPlaceNamed: node.names(anchor.place))
        } catch AnchorRefusal.notDeepEnough(let depth, let wanted) {
            return .open(AnchorRefusal.notDeepEnough(depth, wanted: wanted).description)
        } catch AnchorRefusal.logHasAnotherRoot(let size) {
            return .refused("the entries are not in the log of \(size) entries that the chain has")
        } catch let refusal as AnchorRefusal {
            return .refused(refusal.description)
        } catch let failure as AnchorFailure {
            return .open("the chain cannot be looked at: \(failure)")
        } catch let failure as HubFailure {
            return .open(failure.description)
        } catch {
            return .open("the ledger's tiles are malformed")
        }
    }

    /// The root of the tree of `size` leaves that the hub's tiles make with this entry.
    private func root(of finding: LedgerLookups.Finding, size: UInt64) async throws -> [UInt8] {
        let index = UInt64(finding.index)
        guard let plan = ProofPlan.inclusion(of: index, in: size) else { throw HubFailure.malformed(.ledger) }
        var tiles: [TileCoordinate: HashTile] = [:]
        for place in plan.tiles {
            let path = TilePath(.hashes(level: place.level), number: place.number, width: place.width(in: size))
            guard let read = HashTile(bytes: try await tile(path)), read.hashes.count == path.width else {
                throw HubFailure.malformed(.ledger)
            }
            tiles[place] = read
        }
        let proof = InclusionProof(index: index, hashes: try plan.hashes(from: tiles))
        guard let root = proof.root(of: finding.leaf, size: size) else { throw HubFailure.malformed(.ledger) }
        return root.bytes
    }
}
