/// What happened to an anchor, for the log.
package enum AnchorEvent: Sendable, Equatable {
    case sent(AnchorRecord)
    /// After a crash, or because the node has forgotten it.
    case sentAgain(AnchorRecord)
    case included(AnchorRecord)
    case confirmed(AnchorRecord)
    /// The block that it was in is in the chain no more.
    case reorganized(AnchorRecord, was: AnchorBlock)
    /// It waited too long; another pays more.
    case replaced(AnchorRecord, by: AnchorRecord)
    /// It waits too long, and pays as much as is permitted, or the network takes no replacement.
    case stuck(AnchorRecord)
    case reverted(AnchorRecord)
    case lost(AnchorRecord)

    /// Whether an operator should look at it.
    package var isTrouble: Bool {
        switch self {
        case .sent, .included, .confirmed: false
        case .sentAgain, .reorganized, .replaced, .stuck, .reverted, .lost: true
        }
    }

    package var record: AnchorRecord {
        switch self {
        case .sent(let record), .sentAgain(let record), .included(let record), .confirmed(let record),
            .reorganized(let record, _), .replaced(let record, _), .stuck(let record), .reverted(let record),
            .lost(let record):
            record
        }
    }

    package var sentence: String {
        switch self {
        case .sent: "the ledger's anchor was sent"
        case .sentAgain: "the ledger's anchor was sent again"
        case .included: "the ledger's anchor is in a block"
        case .confirmed: "the ledger's anchor is confirmed"
        case .reorganized: "the chain has dropped the block with the ledger's anchor"
        case .replaced: "the ledger's anchor waited too long; another was sent that pays more"
        case .stuck:
            "the ledger's anchor waits too long, and cannot be replaced: max_fee is reached, or the node refuses"
        case .reverted: "the contract has refused the ledger's anchor"
        case .lost: "the ledger's anchor cannot be mined any more; another will be made"
        }
    }
}
