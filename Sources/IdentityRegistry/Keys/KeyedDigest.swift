import Crypto

/// HMAC-SHA256 over a label and parts, each part after its length, so that no two lists of parts are the same message.
struct KeyedDigest: Sendable {
    /// The MAC with its key taken in and no message yet: copied for each use.
    private let keyed: HMAC<SHA256>

    init(key: SymmetricKey) {
        keyed = HMAC<SHA256>(key: key)
    }

    /// 32 bytes. Lengths are four bytes, big-endian.
    func mac(_ label: String, _ parts: [[UInt8]]) -> [UInt8] {
        var message = Array((label + "\n").utf8)
        for part in parts {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { message.append(contentsOf: $0) }
            message += part
        }
        var mac = keyed
        message.withUnsafeBytes { mac.update(data: $0) }
        return mac.finalize().withUnsafeBytes { Array($0) }
    }

    func mac(_ label: String, _ parts: String...) -> [UInt8] {
        mac(label, parts.map { Array($0.utf8) })
    }
}
