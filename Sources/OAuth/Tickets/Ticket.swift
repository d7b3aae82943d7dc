package import Crypto
package import Foundation
import JOSE
import WireFormats

/// Something handed out once and recognised again: an offer's code, an access token, a nonce.
///
/// Its text is an identifier followed by a MAC over it, so that a guess or a stranger's ticket is known for what it is
/// without asking the database, and the database alone, if it leaks, makes no valid ticket.
package struct Ticket: Sendable, Equatable {
    package let id: TicketID
    package let text: String
}

/// The identifier of a ticket: six bytes of milliseconds since 1970, big-endian, then twelve random bytes.
///
/// Beginning with the time keeps new rows together in an index, and old ones too.
package struct TicketID: Sendable, Hashable {
    package static let length = 18
    package let bytes: [UInt8]

    /// A new identifier, made at `instant`.
    package init(at instant: Date) {
        bytes = Self.prefix(at: instant) + secureRandomBytes(Self.length - 6)
    }

    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    package init?(text: some StringProtocol) {
        guard text.utf8.count == 24, let bytes = try? Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// The lowest identifier made at `instant`: those made earlier sort before it.
    package static func first(madeAt instant: Date) -> TicketID {
        TicketID(prefix: prefix(at: instant))
    }

    private init(prefix: [UInt8]) { bytes = prefix + [UInt8](repeating: 0, count: Self.length - 6) }

    private static func prefix(at instant: Date) -> [UInt8] {
        let milliseconds = UInt64(clamping: Int64(instant.timeIntervalSince1970 * 1000))
        return withUnsafeBytes(of: milliseconds.bigEndian) { Array($0.dropFirst(2)) }
    }

    /// 24 characters of base64url.
    package var text: String { Base64URL.encode(bytes) }

    package var madeAt: Date {
        Date(timeIntervalSince1970: Double(bytes[..<6].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) / 1000)
    }
}

/// Makes and recognises tickets of one purpose at one issuer.
package struct TicketMint: Sendable {
    /// The MAC with its key taken in and no message yet: copied for each use.
    private let keyed: HMAC<SHA256>
    private static let tagLength = 18

    /// - Parameter purpose: part of the key derivation, as is `issuer`, so that a ticket of one purpose or issuer is
    ///   garbage to another.
    package init(root: SymmetricKey, purpose: String, issuer: String) {
        keyed = HMAC<SHA256>(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: root, info: Data((purpose + "\n" + issuer).utf8), outputByteCount: 32))
    }

    package func mint(at instant: Date) -> Ticket {
        ticket(for: TicketID(at: instant))
    }

    /// The ticket of an identifier made before.
    package func ticket(for id: TicketID) -> Ticket {
        Ticket(id: id, text: Base64URL.encode(id.bytes + tag(of: id.bytes)))
    }

    /// The identifier of a ticket made by this mint, or nil for any other text.
    package func recognise(_ text: String) -> TicketID? {
        guard text.utf8.count == Base64URL.encodedCount(TicketID.length + Self.tagLength),
            let bytes = try? Base64URL.decode(text), let id = TicketID(bytes: Array(bytes[..<TicketID.length])),
            constantTimeEqual(tag(of: id.bytes), Array(bytes[TicketID.length...]))
        else { return nil }
        return id
    }

    /// A MAC of a short secret, such as a transaction code, bound to the ticket it belongs to.
    package func authenticate(_ secret: String, for id: TicketID) -> [UInt8] {
        mac(of: [0] + id.bytes + Array(secret.utf8), length: SHA256.byteCount)
    }

    private func tag(of id: [UInt8]) -> [UInt8] {
        mac(of: id, length: Self.tagLength)
    }

    private func mac(of message: [UInt8], length: Int) -> [UInt8] {
        var mac = keyed
        message.withUnsafeBytes { mac.update(data: $0) }
        return mac.finalize().withUnsafeBytes { Array($0.prefix(length)) }
    }
}

/// Equality of secrets that takes the same time wherever they differ.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}
