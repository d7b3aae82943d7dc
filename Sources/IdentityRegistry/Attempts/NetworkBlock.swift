#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whom a network address stands for when attempts are counted.
enum NetworkBlock: Equatable {
    /// This machine: its own programs and everybody behind a proxy that does not say for whom it asks.
    case loopback
    /// One IPv4 address, or the /64 that one household or machine is given of IPv6.
    case block([UInt8])
    /// Not an address: all of those count together.
    case unknown

    /// - Parameter text: as sockets and `Forwarded` headers write addresses, with brackets or without.
    init(_ text: String) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        if let bytes = Self.parse(bare, AF_INET, 4) {
            self.init(ipv4: bytes)
            return
        }
        // RFC 4007 §11: the zone says where a link-local address is, and is no part of it.
        let zoneless = bare.prefix { $0 != "%" }
        guard let bytes = Self.parse(String(zoneless), AF_INET6, 16) else {
            self = .unknown
            return
        }
        // RFC 4291 §2.5.5.2: an IPv4 address as a socket for both shows it.
        if bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
            self.init(ipv4: Array(bytes[12...]))
        } else if bytes == [UInt8](repeating: 0, count: 15) + [1] {
            self = .loopback
        } else {
            self = .block(Array(bytes[..<8]))
        }
    }

    private init(ipv4 bytes: [UInt8]) { self = bytes[0] == 127 ? .loopback : .block(bytes) }

    private static func parse(_ text: String, _ family: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        guard inet_pton(family, text, &bytes) == 1 else { return nil }
        return bytes
    }
}

extension NetworkBlock {
    /// What is counted under; nil for this machine itself.
    func counterKey(_ label: String, by digest: KeyedDigest) -> [UInt8]? {
        switch self {
        case .loopback: nil
        case .block(let bytes): digest.mac(label, [bytes])
        case .unknown: digest.mac(label, [])
        }
    }
}
