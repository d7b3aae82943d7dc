package import Anchoring
package import WireFormats

/// An anchor that covers what was relied on, and how much it counts.
package struct AnchorStatement: Sendable {
    /// As the hub tells it; nil where it tells of none that could be looked up.
    package let published: JSON?
    package let outcome: Outcome

    package enum Outcome: Sendable {
        /// Nobody has looked: it is the hub's word.
        case claimed
        /// The chain has it, and the entries stand in the tree that it is of.
        ///
        /// - Parameter isPlaceNamed: the provider named the chain and the contract itself.
        case verified(AnchorEvidence, isPlaceNamed: Bool)
        /// Nothing is known yet, and another time it may be.
        case open(String)
        /// The chain says something else than the hub.
        case refused(String)
    }

    package init(published: JSON?, outcome: Outcome) {
        (self.published, self.outcome) = (published, outcome)
    }

    package var isRefused: Bool {
        if case .refused = outcome { true } else { false }
    }

    package var json: JSON {
        var object: JSONObject = [:]
        object["published"] = published
        switch outcome {
        case .claimed: object["verified"] = false
        case .verified(let evidence, let isPlaceNamed):
            let place = evidence.anchor.place
            object["verified"] = true
            object["place_named"] = .bool(isPlaceNamed)
            object["block"] = .string(place.text(evidence.block.hash))
            object["block_number"] = .integer(Int64(clamping: evidence.block.number))
            object["confirmations"] = .integer(Int64(clamping: evidence.confirmations))
        case .open(let reason):
            object["verified"] = false
            object["open"] = .string(reason)
        case .refused(let problem):
            object["verified"] = false
            object["problem"] = .string(problem)
        }
        return .object(object)
    }

    /// For people.
    package var sentence: String {
        let size = published?["size"]?.integer
        switch outcome {
        case .claimed: return "Anchored with size \(size ?? 0) by the hub's word."
        case .verified(let evidence, let isPlaceNamed):
            let place = isPlaceNamed ? "" : ", in the place that the hub names"
            return "Anchored with size \(evidence.anchor.commitment.size): block \(evidence.block.number), "
                + "\(evidence.confirmations) confirmations\(place)."
        case .open(let reason): return "Not shown to be anchored: \(reason)."
        case .refused(let problem): return "NOT ANCHORED as the hub says: \(problem)."
        }
    }
}
