/// An IP address, in network byte order.
package enum IPAddress: Sendable, Equatable {
    /// Four bytes.
    case v4([UInt8])
    /// Sixteen bytes.
    case v6([UInt8])

    /// Whether it is this machine's own, RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3.
    package var isLoopback: Bool {
        switch self {
        case .v4(let bytes): bytes[0] == 127
        case .v6(let bytes): bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
        }
    }

    /// Whether anybody on the Internet would reach the same machine at it: the IANA special-purpose registries,
    /// RFC 6890, leave the rest.
    package var isGlobal: Bool {
        switch self {
        case .v4(let bytes): Self.isGlobal(v4: bytes)
        case .v6(let bytes): Self.isGlobal(v6: bytes)
        }
    }

    private static func isGlobal(v4 bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (172, 16...31, _), (192, 168, _): false
        // Shared between carrier and customer, RFC 6598; link-local, RFC 3927, where clouds keep their secrets.
        case (100, 64...127, _), (169, 254, _): false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113): false
        case (224..., _, _): false
        default: true
        }
    }

    private static func isGlobal(v6 bytes: [UInt8]) -> Bool {
        // NAT64 leads to the IPv4 address inside, RFC 6052 §2.1.
        if bytes[..<12] == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] { return isGlobal(v4: Array(bytes[12...])) }
        // All that is assigned as global unicast is in 2000::/3: this leaves out unique local, link-local, multicast,
        // unspecified, and IPv4 addresses written as IPv6.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (0x20, 0x01, 0x00...0x01, _): return false
        case (0x20, 0x01, 0x0D, 0xB8): return false
        case (0x20, 0x02, _, _): return isGlobal(v4: Array(bytes[2..<6]))
        case (0x3F, 0xFF, 0x00...0x0F, _): return false
        default: return true
        }
    }

    /// The usual text, without brackets.
    package var text: String {
        switch self {
        case .v4(let bytes): bytes.map(String.init).joined(separator: ".")
        case .v6(let bytes):
            stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        }
    }
}
