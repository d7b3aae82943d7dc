package import DataSharing
package import Foundation
package import OAuth

/// The signing keys of persons, as the market first saw them and followed them.
package protocol PinnedKeyStore: Sendable {
    /// `kid` of the key that is pinned for `subject`; nil while the market has seen none.
    func pinnedKey(of subject: String) async throws -> String?

    /// Pins `keyID` in the place of `previous`.
    ///
    /// - Returns: false if something else than `previous` is pinned by now.
    func pin(_ keyID: String, of subject: String, replacing previous: String?, at instant: Date) async throws -> Bool
}

/// What the market has said about persons, and gives when they agree.
package protocol DigestStore: Sendable {
    /// What was pushed last for this person and scope, whole.
    func newestDigest(of subject: String, scope: String) async throws -> KeptDigest?
}

/// An SD-JWT that was pushed without its disclosures, which the market keeps.
package struct KeptDigest: Sendable, Equatable {
    package let subject: String
    package let scope: String
    package let version: Int64
    package let values: IssuedScopeValues
    /// Seconds since 1970.
    package let expiresAt: Int64?

    package init(subject: String, scope: String, version: Int64, values: IssuedScopeValues, expiresAt: Int64?) {
        self.subject = subject
        self.scope = scope
        self.version = version
        self.values = values
        self.expiresAt = expiresAt
    }
}

/// Which approvals were used here, and which are withdrawn.
package protocol ApprovalStore: Sendable {
    /// What is known of an approval by its `jti`.
    func acceptance(of identifier: String) async throws -> ApprovalAcceptance

    /// Notes an approval as used, and spends `uses`, in one step; nothing is left of it unless all of it holds.
    func accept(
        _ approval: VerifiedApproval, spending uses: [SingleUse], at instant: Date
    ) async throws -> ApprovalOutcome

    /// Notes that an approval is withdrawn, known or not: releases under it are refused from then on.
    ///
    /// - Returns: false if it was withdrawn already.
    func withdraw(
        identifier: String, hash: MessageHash, subject: String, at instant: Date
    ) async throws -> Bool
}

package enum ApprovalAcceptance: Sendable, Equatable {
    case new
    case accepted(MessageHash)
    case withdrawn
}

package enum ApprovalOutcome: Sendable, Equatable {
    case accepted
    /// Another approval has this `jti`.
    case otherApproval
    case withdrawn
    /// The access token, or the proof, was used before.
    case replayed
}
