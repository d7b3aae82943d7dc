/// Why something cannot be anchored, or its anchor not be looked at, for now. Made for the operator's log.
package enum AnchorFailure: Error, Sendable, Equatable {
    case node(JSONRPCFailure)
    /// The node answered something that makes no sense.
    case malformedAnswer(method: String)
    /// The node is of another chain than the configuration names.
    case wrongChain(expected: String, found: String)
    case nodeIsSyncing
    /// Wei, or the smallest unit of the coin; nil where the node does not say.
    case insufficientFunds(have: String?, need: String?)
    /// What the network asks is more than the configuration permits.
    case feeTooHigh(wanted: String, permitted: String)
    /// There is no contract at the address, or another one.
    case notTheContract(address: String)
    case notTheOwner(owner: String, own: String)
    /// The contract has this size already or a larger one: another installation anchors with it, or the database was
    /// restored from a backup.
    case contractIsAhead(size: UInt64, own: UInt64)
    /// The log has fewer entries than were anchored.
    case logWentBack(anchored: UInt64, now: UInt64)
    /// The log has another root at a size that was anchored.
    case logForked(size: UInt64)
    /// Another process has taken over.
    case leaseLost
    case store(String)
    case signing(String)
}

extension AnchorFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .node(.unreachable(let explanation)): "the node cannot be asked: \(explanation)"
        case .node(.unauthorized): "the node refuses the name and password, or key, it was given"
        case .node(.notJSONRPC(let status)): "no node answers at that address (HTTP status \(status))"
        case .node(.refused(let method, let code, let message)):
            "the node refuses \(method): \(message) (code \(code))"
        case .malformedAnswer(let method): "the node's answer to \(method) makes no sense"
        case .wrongChain(let expected, let found): "the node is of chain \(found), and chain_id says \(expected)"
        case .nodeIsSyncing: "the node has not got all blocks yet"
        case .insufficientFunds(let have?, let need?): "there is not enough money: \(have) of \(need)"
        case .insufficientFunds: "there is not enough money for the fee"
        case .feeTooHigh(let wanted, let permitted): "the network asks a fee of \(wanted), and max_fee is \(permitted)"
        case .notTheContract(let address): "there is no contract of this program's at \(address)"
        case .notTheOwner(let owner, let own): "the contract takes anchors from \(owner) only, and the key is of \(own)"
        case .contractIsAhead(let size, let own):
            "the contract has size \(size) already, and the log \(own): something else anchors with the same key"
        case .logWentBack(let anchored, let now):
            "the log has \(now) entries, and \(anchored) were anchored: it has lost some"
        case .logForked(let size): "the log has another root at size \(size) than was anchored: it was changed"
        case .leaseLost: "another process has taken over"
        case .store(let failure): failure
        case .signing(let failure): "the transaction cannot be signed: \(failure)"
        }
    }
}
