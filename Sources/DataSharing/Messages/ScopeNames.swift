/// The syntax of the names that messages are about.
package enum ScopeNames {
    /// `[a-z0-9][a-z0-9-]{1,39}`.
    package static func isOrganizationID(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        return (2...40).contains(bytes.count) && isLowerOrDigit(bytes[0])
            && bytes.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// `<market id>:<name>`, the name `[a-z0-9][a-z0-9_-]{0,39}`.
    package static func isScope(_ text: String) -> Bool { market(of: text) != nil }

    /// The market's identifier in the name of a scope, nil for what is none.
    package static func market(of scope: String) -> String? {
        let parts = scope.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, isOrganizationID(parts[0]), (1...40).contains(parts[1].utf8.count) else { return nil }
        let name = Array(parts[1].utf8)
        let isName = name.allSatisfy {
            isLowerOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        return isName && isLowerOrDigit(name[0]) ? String(parts[0]) : nil
    }

    /// `[A-Za-z_][A-Za-z0-9_]{0,63}`.
    package static func isClaim(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...64).contains(bytes.count), !isDigit(bytes[0]) else { return false }
        return bytes.allSatisfy {
            isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) || $0 == UInt8(ascii: "_")
        }
    }

    /// Claims that an SD-JWT of values has for itself: one of these names beside them would hide or forge them
    /// (RFC 9901 §7.1 step 3c).
    package static let reserved: Set<String> = [
        "iss", "iat", "exp", "nbf", "scope", "version", "cnf", "_sd", "_sd_alg", "...",
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
