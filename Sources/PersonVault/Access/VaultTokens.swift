package import Foundation
package import OAuth
import WireFormats

/// Access tokens for the vault of whoever is logged in: bound to the session, to a key of the page that asked
/// (RFC 9449) and to this use alone. They end with the session.
///
/// A token is its identifier, which says when it was made, the session, the key's thumbprint, and a MAC over these:
/// nothing is stored for it.
package struct VaultTokens: Sendable {
    /// Seconds.
    package static let lifetime: TimeInterval = 600
    private static let keyLength = 32
    private static let macLength = 32
    private static let length = 2 * TicketID.length + keyLength + macLength

    private let mint: TicketMint

    /// - Parameter mint: of this purpose alone.
    package init(mint: TicketMint) { self.mint = mint }

    func token(session: TicketID, keyThumbprint: [UInt8], at instant: Date) -> String {
        let id = TicketID(at: instant)
        return Base64URL.encode(id.bytes + session.bytes + keyThumbprint + mac(id, session, keyThumbprint))
    }

    /// What a token says; nil for one that was not made here or is over.
    func read(_ text: String, at instant: Date) -> (session: TicketID, keyThumbprint: [UInt8])? {
        guard text.utf8.count == Base64URL.encodedCount(Self.length), let bytes = try? Base64URL.decode(text),
            let id = TicketID(bytes: Array(bytes[..<TicketID.length])),
            let session = TicketID(bytes: Array(bytes[TicketID.length..<2 * TicketID.length]))
        else { return nil }
        let thumbprint = Array(bytes[(2 * TicketID.length)..<(2 * TicketID.length + Self.keyLength)])
        guard constantTimeEqual(mac(id, session, thumbprint), Array(bytes.suffix(Self.macLength))) else { return nil }
        let age = instant.timeIntervalSince(id.madeAt)
        guard age < Self.lifetime, age > -Self.lifetime else { return nil }
        return (session, thumbprint)
    }

    private func mac(_ id: TicketID, _ session: TicketID, _ thumbprint: [UInt8]) -> [UInt8] {
        mint.authenticate(session.text + Base64URL.encode(thumbprint), for: id)
    }
}
