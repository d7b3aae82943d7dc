package import DataSharing
package import HubClient
package import TransparencyLog

/// Why values that were received are not believed: one case for each thing that is checked.
package enum ReceivedScopeRefusal: Error, Equatable {
    /// It was not asked for.
    case notRequested
    /// The scope is another market's than the one that it is said to be from.
    case otherMarket
    /// The JWE is missing.
    case noContent
    case sealed(SealedMessageRefusal)
    case hub(HubFailure)
    /// The market's keys, as the hub publishes them, are malformed.
    case marketKeys
    /// The market's key is not in the ledger.
    case marketKeyNotLogged
    case definition
    case approval(ApprovalRefusal)
    /// The approval names a claim that was not asked for.
    case approvalExceedsRequest
    case release(ReleaseRefusal)
    case values(ScopeValuesRefusal)
    /// Claims were received that the approval does not name, or fewer.
    case otherClaims
    /// Values that the definition does not allow.
    case invalidValues([String])
    /// The approval is for another digest than the one received.
    case otherDigest
    /// The approval says that the person typed the values, and the market signed them, or the other way round.
    case otherBasis
    /// There is no reference to the ledger.
    case noLedgerReference
    /// The entry is by somebody else, of another kind, or commits to something else.
    case otherEntry
    case ledger(LedgerRefusal)
    /// The log of the reference is not the one that is trusted.
    case otherLog

    package var sentence: String {
        switch self {
        case .notRequested: "this scope was not asked for"
        case .otherMarket: "it is from another market than the scope's"
        case .noContent: "the encrypted values are missing"
        case .sealed(let refusal): "the encrypted values are malformed (\(refusal))"
        case .hub(let failure): failure.description
        case .marketKeys: "the market's keys are malformed"
        case .marketKeyNotLogged: "the market's key is not in the ledger"
        case .definition: "the scope's definition cannot be read"
        case .approval(let refusal): "the approval: " + refusal.sentence
        case .approvalExceedsRequest: "the approval names a claim that was not asked for"
        case .release(.sealed): "the values cannot be opened with this provider's key"
        case .release(let refusal): "the release is not for this request (\(refusal))"
        case .values(let refusal): "the market's statement does not verify (\(refusal))"
        case .otherClaims: "other claims were received than the person agreed to"
        case .invalidValues(let problems): problems.joined(separator: "; ")
        case .otherDigest: "the values are not those of the digest that the person agreed to"
        case .otherBasis: "the person agreed to values of another kind"
        case .noLedgerReference: "the reference to the ledger is missing"
        case .otherEntry: "the ledger's entry is of something else"
        case .ledger(let refusal): refusal.description
        case .otherLog: "the ledger is not the one that is trusted"
        }
    }
}
