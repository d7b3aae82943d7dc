package import Foundation

/// A transaction with a commitment, as it is followed.
package struct AnchorRecord: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Signed and recorded. It may have been sent before the process that did so ended.
        case prepared
        /// The node has it, or had it.
        case sent
        /// In a block, not as deep as is wanted.
        case included
        case confirmed
        /// Another transaction of its slot was taken.
        case replaced
        /// The contract has refused it.
        case reverted
        /// It can never be mined any more.
        case lost
    }

    package let place: AnchorPlace
    package let prepared: PreparedAnchor
    package var state: State
    package var block: AnchorBlock?
    /// When it was looked at last.
    package var confirmations: UInt64
    package let preparedAt: Date
    package var changedAt: Date

    package init(
        place: AnchorPlace, prepared: PreparedAnchor, state: State = .prepared, block: AnchorBlock? = nil,
        confirmations: UInt64 = 0, preparedAt: Date, changedAt: Date
    ) {
        (self.place, self.prepared, self.state, self.block) = (place, prepared, state, block)
        (self.confirmations, self.preparedAt, self.changedAt) = (confirmations, preparedAt, changedAt)
    }
}

/// Keeps anchors. What a method has changed is on the disk when it returns.
package protocol AnchorStore: Sendable {
    /// Takes or prolongs the right to anchor at a place, which one process has at a time.
    ///
    /// - Returns: whether `holder` has it until then.
    func takeLease(at place: AnchorPlace, holder: [UInt8], until: Date, now: Date) async throws -> Bool

    func releaseLease(at place: AnchorPlace, holder: [UInt8]) async throws

    /// Records a transaction before it is sent.
    ///
    /// - Returns: false, and nothing is recorded, if `holder` has the lease no more.
    func insert(_ record: AnchorRecord, holder: [UInt8], now: Date) async throws -> Bool

    func update(_ record: AnchorRecord) async throws

    /// What is not at its end (prepared, sent or included), and the newest so many that are confirmed; the oldest first.
    func followed(at place: AnchorPlace, confirmed: Int) async throws -> [AnchorRecord]

    /// The largest commitment that is in the chain or on its way there.
    func largest(at place: AnchorPlace) async throws -> AnchorCommitment?

    /// When the last transaction was made that was not lost.
    func lastPrepared(at place: AnchorPlace) async throws -> Date?

    /// Of all places, the newest first.
    func newest(_ limit: Int) async throws -> [AnchorRecord]
}
