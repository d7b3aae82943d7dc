import Foundation
package import WireFormats

/// An anchor as the server tells it, and as an auditor reads it: a claim, until it was looked up in the chain.
package struct PublishedAnchor: Sendable, Equatable {
    package let place: AnchorPlace
    package let commitment: AnchorCommitment
    package let transaction: AnchorTransactionID
    package let block: AnchorBlock?
    /// By the server's own word.
    package let state: AnchorRecord.State
    package let confirmations: UInt64

    package init(
        place: AnchorPlace, commitment: AnchorCommitment, transaction: AnchorTransactionID, block: AnchorBlock? = nil,
        state: AnchorRecord.State = .sent, confirmations: UInt64 = 0
    ) {
        (self.place, self.commitment, self.transaction) = (place, commitment, transaction)
        (self.block, self.state, self.confirmations) = (block, state, confirmations)
    }

    /// - Throws: the name of the member that is missing or wrong.
    package init(_ json: JSON) throws(PublishedAnchorMalformation) {
        func bytes(_ value: JSON?, _ name: String) throws(PublishedAnchorMalformation) -> [UInt8] {
            guard let text = value?.string,
                let bytes = Hexadecimal.decode(text.hasPrefix("0x") ? text.dropFirst(2) : text[...]),
                bytes.count == 32
            else { throw PublishedAnchorMalformation(member: name) }
            return bytes
        }
        guard let kind = json["chain"]?.string.flatMap({ AnchorPlace.Kind(rawValue: $0) }) else {
            throw PublishedAnchorMalformation(member: "chain")
        }
        guard
            let place = json["chain_id"]?.string.flatMap({
                AnchorPlace(kind, chainID: $0, contract: json["contract"]?.string)
            })
        else { throw PublishedAnchorMalformation(member: "chain_id or contract") }
        guard let size = json["size"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let commitment = AnchorCommitment(size: size, root: try bytes(json["root"], "root"))
        else { throw PublishedAnchorMalformation(member: "size") }
        guard let transaction = AnchorTransactionID(try bytes(json["transaction"], "transaction")) else {
            throw PublishedAnchorMalformation(member: "transaction")
        }
        guard let state = json["state"]?.string.flatMap({ AnchorRecord.State(rawValue: $0) }) else {
            throw PublishedAnchorMalformation(member: "state")
        }
        var block: AnchorBlock?
        if let told = json["block"], told != .null {
            guard let number = told["number"]?.integer.flatMap({ UInt64(exactly: $0) }) else {
                throw PublishedAnchorMalformation(member: "block.number")
            }
            block = AnchorBlock(hash: try bytes(told["hash"], "block.hash"), number: number)
        }
        self.init(
            place: place, commitment: commitment, transaction: transaction, block: block, state: state,
            confirmations: json["confirmations"]?.integer.flatMap { UInt64(exactly: $0) } ?? 0)
    }
}

package struct PublishedAnchorMalformation: Error, Sendable, Equatable {
    package let member: String

    package init(member: String) { self.member = member }
}

extension AnchorRecord {
    /// What everybody may know of it.
    package var json: JSON {
        var json: JSONObject = ["chain": .string(place.kind.rawValue), "chain_id": .string(place.chainID)]
        if let contract = place.contract { json["contract"] = .string(contract.description) }
        json["size"] = .integer(Int64(prepared.commitment.size))
        json["root"] = .string(Hexadecimal.encode(prepared.commitment.root))
        json["transaction"] = .string(place.text(prepared.transaction.bytes))
        if let block {
            json["block"] = [
                "hash": .string(place.text(block.hash)), "number": .integer(Int64(clamping: block.number)),
            ]
        }
        json["state"] = .string(state.rawValue)
        json["confirmations"] = .integer(Int64(clamping: confirmations))
        json["made_at"] = .string(preparedAt.formatted(.iso8601))
        json["changed_at"] = .string(changedAt.formatted(.iso8601))
        return .object(json)
    }
}
