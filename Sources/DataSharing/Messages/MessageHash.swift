import Crypto
import JOSE
import WireFormats

/// SHA-256 of a message's bytes, written in base64url.
package struct MessageHash: Sendable, Hashable {
    /// 32.
    package let bytes: [UInt8]

    /// Of the bytes of a text, such as a compact JWT.
    package init(of text: some StringProtocol) { self.init(of: Array(text.utf8)) }

    package init(of message: [UInt8]) { bytes = Array(SHA256.hash(data: message)) }

    /// 32 bytes, nil for others.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// As it is written; nil for anything but 32 bytes in base64url.
    package init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = try? Base64URL.decode(text), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// 43 characters.
    package var text: String { Base64URL.encode(bytes) }
}
