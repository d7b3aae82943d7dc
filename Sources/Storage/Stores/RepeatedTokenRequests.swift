import Foundation
import OAuth

/// A token request whose answer was lost on the wire is made again: within a moment, with the same key, and before
/// anything was got with the token, it is the same use of the code and gets the same token.
enum RepeatedTokenRequests {
    private static let window = Duration.seconds(10)

    /// Whether who asks now holds the key of a token that was given a moment ago. What is bound to no key could be asked
    /// for by whoever saw the code.
    static func isFromHolder(
        of bound: [UInt8]?, showing shown: [UInt8]?, at instant: Date, givenAt: Date
    ) -> Bool {
        guard let bound, let shown, constantTimeEqual(bound, shown) else { return false }
        return instant.timeIntervalSince(givenAt) <= window.inSeconds
    }
}
